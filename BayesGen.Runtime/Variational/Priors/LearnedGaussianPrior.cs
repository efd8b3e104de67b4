using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>
/// N(mean, exp(2 log_scale)) while its scale is learned: what a loss is given for a weight under <see cref="GaussianPrior.Trainable"/>.
/// </summary>
/// <remarks>
/// The divergence of n Gaussian posteriors is least at scale^2 = mean((mu - mean)^2 + sigma^2), where the prior has the spread that the
/// weights have.
/// </remarks>
/// <param name="Mean">The mean of every weight, which is fixed.</param>
/// <param name="LogScale">The logarithm of the standard deviation, a single number; gradients flow to it.</param>
public sealed record LearnedGaussianPrior(double Mean, Tensor LogScale) : ProperPrior
{
    private const double HalfLogTwoPi = 0.91893853320467274178;

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor weights)
    {
        using var precision = (-LogScale).exp();
        using var scaled = (weights - Operand(Mean)) * precision;
        using var square = scaled.Squared();
        using var half = square * Operand(-0.5);
        using var constant = LogScale + Operand(HalfLogTwoPi);
        return half.Subtract(constant);
    }

    /// <inheritdoc/>
    public override Tensor Sample(Tensor like, NoiseSource noise)
    {
        using var _ = no_grad();
        using var scale = LogScale.exp();
        return noise.Normal(like).mul_(scale).add_(Operand(Mean));
    }
}
