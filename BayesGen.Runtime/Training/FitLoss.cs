namespace BayesGen;

/// <summary>How a fit loss puts the examples of a batch together.</summary>
public enum FitReduction
{
    /// <summary>It returns the mean over the examples.</summary>
    Mean,

    /// <summary>It returns the sum over the examples; the trainer divides by their number.</summary>
    Sum,
}

/// <summary>
/// The loss on the data, with its reduction declared, so that the trainer always works with the mean per example and the divergence is
/// weighed against it rightly.
/// </summary>
/// <param name="Name">The name in reports.</param>
/// <param name="Compute">From the network's output and the targets to a scalar tensor.</param>
/// <param name="Reduction">What the scalar is.</param>
public sealed record FitLoss(string Name, Func<Tensor, Tensor, Tensor> Compute, FitReduction Reduction = FitReduction.Mean)
{
    /// <summary>The negative log-likelihood of classes; outputs are logits [N, C], targets class numbers [N] of dtype Int64.</summary>
    public static FitLoss CrossEntropy { get; } = new(
        "cross entropy", (output, target) => nn.functional.cross_entropy(output, target));

    /// <summary>
    /// The squared error, summed over the outputs of an example and averaged over examples. As a negative log-likelihood it stands for
    /// Gaussian noise of variance 1/2.
    /// </summary>
    public static FitLoss SquaredError { get; } = new(
        "squared error", (output, target) => nn.functional.mse_loss(output, target, nn.Reduction.Sum), FitReduction.Sum);

    /// <summary>The negative log-likelihood of Gaussian noise with a known standard deviation, summed over outputs.</summary>
    /// <param name="sigma">The standard deviation of the noise, in units of the target; positive.</param>
    public static FitLoss Gaussian(double sigma)
    {
        if (!double.IsFinite(sigma) || sigma <= 0)
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The standard deviation of the noise is positive and finite.");
        var constant = Math.Log(sigma) + 0.5 * Math.Log(2 * Math.PI);
        return new FitLoss(
            "Gaussian",
            (output, target) => nn.functional.mse_loss(output, target, nn.Reduction.Sum) * (0.5 / (sigma * sigma)) + constant * target.numel(),
            FitReduction.Sum);
    }

    /// <summary>
    /// The negative log-likelihood of Gaussian noise that the network gives, summed over outputs: with mean m and s = log sigma^2 of each
    /// output, (s + (y - m)^2 exp(-s) + log(2 pi)) / 2. Outputs are [N, 2 D], first D means, then D logarithms of variances, targets [N, D]
    /// or, for D = 1, [N]. One learned number for all inputs is <see cref="GaussianNoise.LogSigma"/>.
    /// </summary>
    public static FitLoss LearnedGaussian { get; } = new("learned Gaussian", LearnedGaussianSum, FitReduction.Sum);

    /// <summary>The mean loss per example.</summary>
    /// <param name="output">The network's output.</param>
    /// <param name="target">The targets; the first dimension is the example.</param>
    /// <returns>A new scalar tensor with its graph.</returns>
    public Tensor Mean(Tensor output, Tensor target)
    {
        var loss = Compute(output, target);
        if (loss.numel() != 1)
            throw new InvalidOperationException(
                $"The fit loss '{Name}' returned shape [{string.Join(", ", loss.shape)}]; it returns a scalar, the {Reduction} over the batch.");
        return Reduction == FitReduction.Mean ? loss : loss.Over(target.size(0));
    }

    private static Tensor LearnedGaussianSum(Tensor output, Tensor target)
    {
        var rows = target.dim() == 1 ? target.unsqueeze(1) : target;
        if (output.dim() != 2 || rows.dim() != 2 || output.shape[0] != rows.shape[0] || output.shape[1] != 2 * rows.shape[1])
            throw new ArgumentException(
                "Learned noise needs outputs [N, 2 D], means and then logarithms of variances, for targets [N, D]; outputs are "
                + $"[{string.Join(", ", output.shape)}] and targets [{string.Join(", ", target.shape)}].");
        var halves = output.chunk(2, 1);
        var (mean, logVariance) = (halves[0], halves[1]);
        return (logVariance + (rows - mean).square() * (-logVariance).exp() + Math.Log(2 * Math.PI)).sum() * 0.5;
    }
}
