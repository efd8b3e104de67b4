using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>
/// pi N(0, wide^2) + (1 - pi) N(0, narrow^2) while its three numbers are learned: what a loss is given for a weight under
/// <see cref="ScaleMixturePrior.Trainable"/>.
/// </summary>
/// <remarks>
/// Blundell et al. 2015, section 3.3, found no use in learning these numbers by gradient: the prior follows the first weights rather than
/// holding them. Fixed numbers are the better start.
/// </remarks>
/// <param name="LogitPi">log(pi / (1 - pi)); as the other two a single number to which gradients flow.</param>
/// <param name="LogWide">The logarithm of the standard deviation of the wide component.</param>
/// <param name="LogNarrow">The logarithm of the standard deviation of the narrow component.</param>
public sealed record LearnedScaleMixturePrior(Tensor LogitPi, Tensor LogWide, Tensor LogNarrow) : ProperPrior
{
    private const double HalfLogTwoPi = 0.91893853320467274178;

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor weights)
    {
        using var square = weights.Squared();
        // log pi = -softplus(-logit) and log(1 - pi) = -softplus(logit), which lose nothing where pi is close to 0 or 1.
        using var logPart = nn.functional.logsigmoid(LogitPi);
        using var logRest = nn.functional.logsigmoid(-LogitPi);
        using var wide = Component(square, logPart, LogWide);
        using var narrow = Component(square, logRest, LogNarrow);
        return logaddexp(wide, narrow);
    }

    /// <inheritdoc/>
    public override Tensor Sample(Tensor like, NoiseSource noise)
    {
        using var _ = no_grad();
        using var exponential = noise.Exponential(like);
        // An exponential exceeds -log(pi) with probability pi.
        using var bound = -nn.functional.logsigmoid(LogitPi);
        using var isWide = exponential > bound;
        using var scales = where(isWide, LogWide.exp(), LogNarrow.exp());
        return noise.Normal(like).mul_(scales);
    }

    private static Tensor Component(Tensor square, Tensor logPart, Tensor logSigma)
    {
        using var precision = (logSigma * Operand(-2)).exp();
        using var exponent = square * precision;
        using var half = exponent * Operand(-0.5);
        using var constant = logPart.Subtract(logSigma);
        using var shifted = constant - Operand(HalfLogTwoPi);
        return half.AddTo(shifted);
    }
}
