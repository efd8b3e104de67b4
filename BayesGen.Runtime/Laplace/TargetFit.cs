using BayesGen.Prediction;

namespace BayesGen.Laplace;

/// <summary>What outputs mean and how well they fit the targets: classes, or numbers with a Gaussian noise.</summary>
/// <param name="noise">Null is classes.</param>
internal sealed class TargetFit(GaussianNoise? noise)
{
    private double _logLikelihood;
    private double _squares;
    private long _numbers;

    /// <summary>Adds the likelihood of a batch, and gives the curvature of its outputs.</summary>
    /// <param name="outputs">As the network gives them, without a graph.</param>
    /// <param name="targets">Class numbers [N], or numbers [N, D] or [N].</param>
    public OutputCurvature Add(Tensor outputs, Tensor targets) =>
        noise is null ? AddClasses(outputs, targets) : AddNumbers(outputs, targets);

    /// <summary>log p(targets | w*), nats, with the variance of the noise times a factor.</summary>
    public double LogLikelihood(double factor) => _logLikelihood - 0.5 * (_numbers * Math.Log(factor) + _squares * (1 / factor - 1));

    /// <summary>Means and variances of a regression, [N, D] each.</summary>
    public (Tensor Mean, Tensor Variance) Read(Tensor outputs) => noise!.Read(outputs);

    private OutputCurvature AddClasses(Tensor outputs, Tensor targets)
    {
        if (outputs.dim() != 2 || outputs.shape[1] < 2)
            throw new InvalidOperationException(
                $"The network gave an output of shape [{string.Join(", ", outputs.shape)}]; FitLaplace of classes needs logits [N, C]. "
                + "For a regression set LaplaceOptions.Noise.");
        var logits = outputs.to(ScalarType.Float64);
        var classes = PlainNumbers.Classes(targets);
        var last = (int)logits.shape[1] - 1;
        if (classes.Length != logits.shape[0] || Array.Exists(classes, number => number < 0 || number > last))
            throw new ArgumentException(
                $"Targets are class numbers 0 to {last}, one for each of {logits.shape[0]} examples, and there are {classes.Length} from "
                + $"{classes.Min()} to {classes.Max()}.", nameof(targets));
        _logLikelihood += logits.log_softmax(1).gather(1, targets.to(ScalarType.Int64).to(logits.device).unsqueeze(1)).sum().item<double>();
        return OutputCurvature.OfClasses(logits);
    }

    private OutputCurvature AddNumbers(Tensor outputs, Tensor targets)
    {
        var (mean, variance) = noise!.Read(outputs);
        var wanted = targets.to(ScalarType.Float64).to(mean.device);
        if (wanted.dim() == 1)
            wanted = wanted.unsqueeze(1);
        if (!wanted.shape.AsSpan().SequenceEqual(mean.shape))
            throw new ArgumentException(
                $"Targets of shape [{string.Join(", ", targets.shape)}] do not fit means [{string.Join(", ", mean.shape)}]: one for "
                + "each output.",
                nameof(targets));
        var squares = (wanted.Subtract(mean).square() / variance).sum().item<double>();
        if (!double.IsFinite(squares))
            throw new ArgumentException(
                "Targets, or the outputs of the network for them, are NaN or infinite: leave these examples out.", nameof(targets));
        _squares += squares;
        _numbers += mean.numel();
        _logLikelihood -= 0.5 * (squares + variance.log().sum().item<double>() + mean.numel() * Math.Log(2 * Math.PI));

        // Behind the means there may be logarithms of variances, s = log v, whose Fisher information is 1/2 each.
        var curvatures = Operand(1) / variance;
        if (outputs.dim() != 2 || outputs.shape[1] != 2 * mean.shape[1])
            return OutputCurvature.OfNumbers(curvatures);
        var halves = full_like(curvatures, Operand(0.5), dtype: curvatures.dtype, device: curvatures.device);
        return OutputCurvature.OfNumbers(cat([curvatures, halves], 1));
    }
}
