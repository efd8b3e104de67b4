using System.Runtime.InteropServices;

namespace BayesGen;

/// <summary>One step: draws, forwards and backwards one by one, gradients added up on the posterior.</summary>
public sealed partial class VariationalTrainer
{
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
            TakeStep(epoch, step);
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

    /// <summary>Those draws of a step that one network takes: forwards and backwards one by one, gradients added up on its posterior.</summary>
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
                var output = Forward(member.Forward, inputs);
                var fit = Fit(output, targets);
                var divergence = Loss.Divergence(draw);
                if (!_readsLate)
                    RequireFinite(fit, divergence, epoch, step);
                var total = VariationalLoss.DrawTotal(fit, divergence, Beta, examples);
                member.Backward(draw, sums.Weights.Weigh(total, Loss.LogWeight(fit, divergence, Beta, examples)));
                noise.RequireEnd();
                sums.Add(fit, divergence, Options.Metrics.Count > 0 ? output : null);
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

    private void RequireFinite(Tensor fit, Tensor divergence, int epoch, int step)
    {
        var (fitValue, divergenceValue) = (fit.Number(), divergence.Number());
        if (!double.IsFinite(fitValue) || !double.IsFinite(divergenceValue))
            throw new NonFiniteLossException(epoch, step, fitValue, divergenceValue, Model.Arena.FirstNotFinite());
        RequireNoGrowth(fitValue, epoch, step);
    }

    /// <summary>Makes the gradient zero where the loss is no number, on the device, so that the weights stay finite until that is read.</summary>
    private void GiveUpGradientsOf(Tensor loss)
    {
        using var _ = no_grad();
        var isLost = loss.isfinite().logical_not();
        foreach (var parameter in _steps!.Parameters)
            parameter.grad?.masked_fill_(isLost.to(parameter.device), 0);
    }

    private List<(string Name, Tensor Mean)> Measure(Tensor output, Tensor targets) =>
        [.. Options.Metrics.Select(metric => (metric.Name, metric.Total(output, targets).Over(targets.size(0))))];

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
