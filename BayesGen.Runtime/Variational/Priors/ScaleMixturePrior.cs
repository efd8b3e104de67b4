using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>
/// p(w) = pi N(w; 0, wide^2) + (1 - pi) N(w; 0, narrow^2): most weights are held close to zero and some are left free.
/// </summary>
/// <remarks>Blundell et al., "Weight Uncertainty in Neural Networks", 2015, section 3.3.</remarks>
public sealed record ScaleMixturePrior : ProperPrior, ITrainablePrior
{
    private const double HalfLogTwoPi = 0.91893853320467274178;

    /// <summary>pi = 1/4, wide = 1, narrow = exp(-6), from the ranges that the paper searched.</summary>
    public ScaleMixturePrior() : this(0.25, 1, Math.Exp(-6))
    {
    }

    /// <summary>A scale mixture.</summary>
    /// <param name="pi">The part of the wide component, strictly between 0 and 1.</param>
    /// <param name="wide">The standard deviation of the wide component, positive and finite.</param>
    /// <param name="narrow">The standard deviation of the narrow component, positive and at most that of the wide one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ScaleMixturePrior(double pi, double wide, double narrow)
    {
        if (!(pi > 0 && pi < 1))
            throw new ArgumentOutOfRangeException(nameof(pi), pi, "The part of the wide component lies strictly between 0 and 1.");
        if (!double.IsFinite(wide) || wide <= 0)
            throw new ArgumentOutOfRangeException(nameof(wide), wide, "The wide standard deviation is positive and finite.");
        if (!(narrow > 0 && narrow <= wide))
            throw new ArgumentOutOfRangeException(nameof(narrow), narrow, $"The narrow standard deviation is positive and at most {wide}.");
        Pi = pi;
        Wide = wide;
        Narrow = narrow;
    }

    /// <summary>The part of the wide component.</summary>
    public double Pi { get; }

    /// <summary>The standard deviation of the wide component.</summary>
    public double Wide { get; }

    /// <summary>The standard deviation of the narrow component.</summary>
    public double Narrow { get; }

    /// <summary>Whether the three numbers are learned with the posterior; see <see cref="Trainable"/>.</summary>
    public bool IsTrainable { get; init; }

    IReadOnlyList<string> ITrainablePrior.ParameterNames => ["logit_pi", "log_wide", "log_narrow"];

    IReadOnlyList<double> ITrainablePrior.ParameterValues => [Math.Log(Pi / (1 - Pi)), Math.Log(Wide), Math.Log(Narrow)];

    /// <summary>A mixture whose three numbers are learned with the posterior (empirical Bayes).</summary>
    /// <param name="pi">The part of the wide component to begin with.</param>
    /// <param name="wide">The standard deviation of the wide component to begin with.</param>
    /// <param name="narrow">The standard deviation of the narrow component to begin with, smaller: two equal ones stay equal.</param>
    /// <remarks>See <see cref="ITrainablePrior"/> and <see cref="LearnedScaleMixturePrior"/>.</remarks>
    public static ScaleMixturePrior Trainable(double pi, double wide, double narrow) => new(pi, wide, narrow) { IsTrainable = true };

    Prior ITrainablePrior.Over(IReadOnlyList<Tensor> parameters) =>
        new LearnedScaleMixturePrior(parameters[0], parameters[1], parameters[2]);

    Prior ITrainablePrior.With(IReadOnlyList<double> values) =>
        Present(1 / (1 + Math.Exp(-values[0])), Math.Exp(values[1]), Math.Exp(values[2]));

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor weights)
    {
        using var square = weights.Squared();
        using var wide = Component(square, Pi, Wide);
        using var narrow = Component(square, 1 - Pi, Narrow);
        return logaddexp(wide, narrow);
    }

    /// <inheritdoc/>
    public override Tensor Sample(Tensor like, NoiseSource noise)
    {
        // An exponential exceeds -log(pi) with probability pi.
        using var exponential = noise.Exponential(like);
        using var isWide = exponential.gt(Operand(-Math.Log(Pi)));
        using var scales = isWide.to(like.dtype).mul_(Operand(Wide - Narrow)).add_(Operand(Narrow));
        return noise.Normal(like).mul_(scales);
    }

    /// <summary>Where the components have passed each other on their way, they change names; the density is the same.</summary>
    private ScaleMixturePrior Present(double pi, double wide, double narrow) =>
        (wide >= narrow
            ? new ScaleMixturePrior(pi, wide, narrow) : new ScaleMixturePrior(1 - pi, narrow, wide)) with
        { IsTrainable = IsTrainable };

    private static Tensor Component(Tensor square, double part, double sigma)
    {
        using var exponent = square * Operand(-0.5 / (sigma * sigma));
        return exponent + Operand(Math.Log(part) - Math.Log(sigma) - HalfLogTwoPi);
    }
}
