using System.Runtime.InteropServices;

namespace BayesGen;

/// <summary>One step: draws, forwards and backwards one by one, gradients added up on the posterior.</summary>
public sealed partial class VariationalTrainer
{
    private StepResult Step((Tensor Inputs, Tensor Targets) batch, int epoch, int step, int? steps, long examples)
    {
        using var scope = NewDisposeScope();
        var arena = Model.Arena;
        var (inputs, targets) = (Laid(batch.Inputs), OnDevice(batch.Targets));
        arena.ZeroGradients(setToNone: false);
        var weights = new DrawWeights(Loss, _steps!.Parameters, Options.Samples, examples);
        Tensor? outputs = null;
        double fits = 0, divergences = 0;
        for (var k = 0; k < Options.Samples; k++)
        {
            using var draw = arena.Draw();
            var output = Forward(inputs);
            var fit = Fit(output, targets);
            var divergence = Loss.Divergence(draw);
            var total = VariationalLoss.DrawTotal(fit, divergence, Beta, examples);
            var (fitValue, divergenceValue) = (Number(fit), Number(divergence));
            if (!double.IsFinite(fitValue) || !double.IsFinite(divergenceValue))
                throw new NonFiniteLossException(epoch, step, fitValue, divergenceValue, arena.FirstNotFinite());
            fits += fitValue;
            divergences += divergenceValue;
            _steps.Backward(draw, weights.Weigh(total, Loss.LogWeight(fit, divergence, Beta, examples)));
            if (Options.Metrics.Count > 0)
                outputs = outputs is null ? output.detach() : outputs + output.detach();
        }

        var totalValue = weights.Finish();
        TakeStep(epoch, step);
        _stepsDone++;
        return new StepResult(
            epoch, step, _stepsDone, steps, targets.shape[0],
            totalValue, fits / Options.Samples, divergences / Options.Samples, Beta,
            outputs is null ? EmptyMetrics : Measure(outputs / Options.Samples, targets));
    }

    private static readonly IReadOnlyDictionary<string, double> EmptyMetrics = new Dictionary<string, double>();

    private Dictionary<string, double> Measure(Tensor output, Tensor targets) =>
        Options.Metrics.ToDictionary(metric => metric.Name, metric => metric.Sum(output, targets) / targets.shape[0]);

    private Tensor Laid(Tensor inputs) => _layout.Of(OnDevice(inputs));

    private Tensor OnDevice(Tensor tensor) => tensor.to(Options.Device ?? Model.Arena.Device);

    /// <summary>TorchSharp's native errors name operators; users need to know which of their tensors did not fit.</summary>
    private Tensor Forward(Tensor inputs)
    {
        try
        {
            return _forward(inputs);
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

    private static double Number(Tensor scalar)
    {
        using var number = scalar.detach().to(ScalarType.Float64);
        return number.item<double>();
    }
}
