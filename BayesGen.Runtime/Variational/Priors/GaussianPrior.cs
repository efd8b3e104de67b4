using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>p(w) = N(mean, scale^2), the same for every weight it is given to.</summary>
public sealed record GaussianPrior : ProperPrior, ITrainablePrior
{
    private const double HalfLogTwoPi = 0.91893853320467274178;

    /// <summary>The standard normal prior N(0, 1).</summary>
    public GaussianPrior() : this(0, 1)
    {
    }

    /// <summary>N(0, scale^2).</summary>
    /// <param name="scale">The standard deviation, positive and finite.</param>
    public GaussianPrior(double scale) : this(0, scale)
    {
    }

    /// <summary>N(mean, scale^2).</summary>
    /// <param name="mean">The mean, finite.</param>
    /// <param name="scale">The standard deviation, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public GaussianPrior(double mean, double scale)
    {
        if (!double.IsFinite(mean))
            throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean of a GaussianPrior is a finite number.");
        if (!double.IsFinite(scale) || scale <= 0)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale of a GaussianPrior is a positive, finite number.");
        Mean = mean;
        Scale = scale;
    }

    /// <summary>The mean of every weight.</summary>
    public double Mean { get; }

    /// <summary>The standard deviation of every weight.</summary>
    public double Scale { get; }

    /// <summary>Takes the prior apart.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="scale">The standard deviation.</param>
    public void Deconstruct(out double mean, out double scale) => (mean, scale) = (Mean, Scale);

    /// <summary>Whether the scale is learned with the posterior; see <see cref="Trainable"/>.</summary>
    public bool IsTrainable { get; init; }

    IReadOnlyList<string> ITrainablePrior.ParameterNames => ["log_scale"];

    IReadOnlyList<double> ITrainablePrior.ParameterValues => [Math.Log(Scale)];

    /// <summary>Mean 0, and a scale that is learned with the posterior (empirical Bayes).</summary>
    /// <param name="scale">The scale to begin with, positive and finite.</param>
    /// <remarks>See <see cref="ITrainablePrior"/> and <see cref="LearnedGaussianPrior"/>.</remarks>
    public static GaussianPrior Trainable(double scale = 1) => new(scale) { IsTrainable = true };

    Prior ITrainablePrior.Over(IReadOnlyList<Tensor> parameters) => new LearnedGaussianPrior(Mean, parameters[0]);

    Prior ITrainablePrior.With(IReadOnlyList<double> values) => new GaussianPrior(Mean, Math.Exp(values[0])) { IsTrainable = IsTrainable };

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor weights)
    {
        using var scaled = (weights - Operand(Mean)) / Operand(Scale);
        using var square = scaled.Squared();
        using var half = square * Operand(-0.5);
        return half - Operand(Math.Log(Scale) + HalfLogTwoPi);
    }

    /// <inheritdoc/>
    public override Tensor Sample(Tensor like, NoiseSource noise) => noise.Normal(like).mul_(Operand(Scale)).AddInPlace(Operand(Mean));
}
