using System.Runtime.InteropServices;
using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>One step: draws, forward and backward passes one by one, gradients added up on the posterior.</summary>
public sealed partial class VariationalTrainer
{
    /// <summary>The noise for all inputs that the last forward joined, where it is learned.</summary>
    private TorchSharp.Modules.Parameter? _logSigma;

    private StepReading Step((Tensor Inputs, Tensor Targets) batch, int epoch, int step, int? steps, long examples)
    {
        using var scope = NewDisposeScope();
        var (inputs, targets) = (Laid(batch.Inputs), OnDevice(batch.Targets));
        Model.Arena.ZeroGradients(setToNone: false);
        var sums = _team!.Take(inputs, member => TakeDraws(member, inputs, targets, epoch, step, examples));
        var reading = new StepReading(epoch, step, _stepsDone + 1, steps, targets.size(0), Beta);
        try
        {
            reading.Take(
                sums.Fit!.Over(Options.Samples), sums.Divergence!.Over(Options.Samples), sums.Weights.Finish(),
                sums.Output is null ? [] : Measure(sums.Output.Over(Options.Samples), targets));
            if (_readsLate)
                GiveUpGradientsOf(sums.Fit! + sums.Divergence!.to(sums.Fit!.dtype, sums.Fit.device));
            var logSigma = sums.Residuals is null || Model.Arena.IsHeld(_logSigma!) ? null : _logSigma;
            if (logSigma is not null)
                ClosedFormNoise.Claim(logSigma);
            TakeStep(epoch, step);
            if (logSigma is not null)
                ClosedFormNoise.Step(
                    logSigma, sums.Residuals!.Over(Options.Samples), isFirst: _stepsDone == 0,
                    Options.Bounds.TryGetValue(NetworkArena.DeterministicKind, out var bounds) ? bounds : null);
        }
        catch
        {
            // A gradient that no step took would be blamed on the user by the next draw.
            reading.Dispose();
            Model.Arena.ZeroGradients(setToNone: false);
            throw;
        }

        _stepsDone++;
        return reading;
    }

    /// <summary>
    /// Those draws of a step that one network takes: forward and backward passes one by one, gradients added up on its posterior.
    /// </summary>
    private DrawSums TakeDraws(DrawMember member, Tensor inputs, Tensor targets, int epoch, int step, long examples)
    {
        var arena = member.Arena;
        var sums = new DrawSums(new DrawWeights(Loss, member.Parameters, Options.Samples, examples, arena.SettleDivergences));
        using var biases = arena.SumBiasGradients();
        arena.HoldPosterior();
        try
        {
            foreach (var k in member.Draws)
            {
                // What a forward leaves behind is let go draw by draw: the next one finds its memory warm.
                using var drawScope = NewDisposeScope();
                using var noise = member.PlaceNoise(k);

                // Nobody but this step has come near the gradients since they were made zero.
                using var draw = arena.DrawUnchecked();
                using var joined = new JoinedNoise();
                var output = Forward(member.Forward, inputs);
                var fit = Fit(output, targets);
                RequireGraph(output, fit);
                var residuals = ClosedFormNoise.Residuals(Options.FitLoss, joined, output, targets);
                if (residuals is not null && ReferenceEquals(arena, Model.Arena))
                    _logSigma = ClosedFormNoise.LogSigmaOf(joined, output);
                var divergence = Loss.Divergence(draw);
                if (!_readsLate)
                    RequireFinite(fit, divergence, epoch, step);
                var total = VariationalLoss.DrawTotal(fit, divergence, Beta, examples);
                member.Backward(draw, sums.Weights.Weigh(total, Loss.LogWeight(fit, divergence, Beta, examples)));
                noise.RequireEnd();
                sums.Add(fit, divergence, Options.Metrics.Count > 0 ? output : null, residuals);
                drawScope.MoveToOuter(sums.Running);
            }

            arena.SettleDivergences();
        }
        finally
        {
            arena.ReleasePosterior();
        }

        return sums;
    }

    /// <summary>Without a graph from the fit to the weights a training would go by the divergence alone.</summary>
    private void RequireGraph(Tensor output, Tensor fit)
    {
        if (fit.requires_grad)
            return;
        Model.Arena.RequireSomethingToTrain();
        throw new InvalidOperationException(
            output.requires_grad
                ? $"The fit loss '{Options.FitLoss.Name}' returned a tensor that no gradient flows through: it is computed from the outputs by "
                    + "Torch's operations alone, without detach(), no_grad(), item() or argmax()."
                : "No gradient flows through the output of the network: its forward runs under no_grad(), detaches its result, or uses none "
                    + "of the weights that are trained.");
    }

    private void RequireFinite(Tensor fit, Tensor divergence, int epoch, int step)
    {
        var (fitValue, divergenceValue) = (fit.Number(), divergence.Number());
        if (!double.IsFinite(fitValue) || !double.IsFinite(divergenceValue))
            throw new NonFiniteLossException(
                epoch, step, fitValue, divergenceValue, Model.Arena.FirstNotFinite(), Model.Arena.FirstNotFiniteWeight());
        RequireNoGrowth(fitValue, epoch, step);
    }

    /// <summary>
    /// Makes the gradient zero where the loss is not finite, on the device, so that the weights stay finite until that is read.
    /// </summary>
    private void GiveUpGradientsOf(Tensor loss)
    {
        using var _ = no_grad();
        var isLost = loss.isfinite().logical_not();
        foreach (var parameter in _steps!.Parameters)
            parameter.grad?.masked_fill_(isLost.to(parameter.device), 0);
    }

    private List<(string Name, Tensor Mean, Tensor? Count)> Measure(Tensor output, Tensor targets) => [.. Options.Metrics.Select(metric =>
    {
        var (sum, count) = metric.Total(output, targets);
        return (metric.Name, count is null ? sum.Over(targets.size(0)) : sum.div(count), count);
    })];

    private Tensor Laid(Tensor inputs) => _layout.Of(OnDevice(inputs));

    private Tensor OnDevice(Tensor tensor) => tensor.to(Options.Device ?? Model.Arena.Device);

    /// <summary>TorchSharp's native errors name operators; users need to know which of their tensors did not fit.</summary>
    internal static Tensor Forward(Func<Tensor, Tensor> forward, Tensor inputs)
    {
        try
        {
            return forward(inputs);
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"The network cannot take a batch of shape [{string.Join(", ", inputs.shape)}] and dtype {inputs.dtype}: {FirstLine(exception)}",
                exception);
        }
    }

    private Tensor Fit(Tensor output, Tensor targets)
    {
        try
        {
            return Options.FitLoss.Mean(output, targets);
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"The fit loss '{Options.FitLoss.Name}' cannot take outputs of shape [{string.Join(", ", output.shape)}] with targets of shape "
                + $"[{string.Join(", ", targets.shape)}] and dtype {targets.dtype}: {FirstLine(exception)}",
                exception);
        }
    }

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0];
}
