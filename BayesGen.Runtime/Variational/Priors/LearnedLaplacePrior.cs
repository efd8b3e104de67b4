using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>
/// exp(-|w - mean| / scale) / (2 scale) while log_scale is learned: what a loss is given for a weight under
/// <see cref="LaplacePrior.Trainable"/>. The best scale is the mean of E |w - mean| over the weights.
/// </summary>
/// <param name="Mean">The mean of every weight, which is fixed.</param>
/// <param name="LogScale">The logarithm of the scale, a single number; gradients flow to it.</param>
public sealed record LearnedLaplacePrior(double Mean, Tensor LogScale) : ProperPrior
{
    /// <inheritdoc/>
    public override Tensor LogProb(Tensor weights)
    {
        using var offset = weights - Operand(Mean);
        using var distance = offset.abs();
        using var rate = (-LogScale).exp();
        using var scaled = distance * rate;
        using var constant = LogScale + Operand(Math.Log(2));
        return (-scaled).Subtract(constant);
    }

    /// <inheritdoc/>
    public override Tensor Sample(Tensor like, NoiseSource noise)
    {
        using var _ = no_grad();
        using var scale = LogScale.exp();
        using var up = noise.Exponential(like);
        using var down = noise.Exponential(like);
        return up.Subtract(down).mul_(scale).add_(Operand(Mean));
    }
}
