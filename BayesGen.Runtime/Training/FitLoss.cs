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
        return Reduction == FitReduction.Mean ? loss : loss / target.shape[0];
    }
}
