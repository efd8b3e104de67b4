using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>p(w) = exp(-|w - mean| / scale) / (2 scale): the prior of the lasso, sharper at its mean and heavier in its tails.</summary>
public sealed record LaplacePrior : ProperPrior, ITrainablePrior
{
    /// <summary>Mean 0 and scale 1.</summary>
    public LaplacePrior() : this(0, 1)
    {
    }

    /// <summary>Mean 0.</summary>
    /// <param name="scale">The scale, positive and finite; the standard deviation is sqrt(2) times it.</param>
    public LaplacePrior(double scale) : this(0, scale)
    {
    }

    /// <summary>A Laplace prior.</summary>
    /// <param name="mean">The mean, finite.</param>
    /// <param name="scale">The scale, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LaplacePrior(double mean, double scale)
    {
        if (!double.IsFinite(mean))
            throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean of a LaplacePrior is a finite number.");
        if (!double.IsFinite(scale) || scale <= 0)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale of a LaplacePrior is a positive, finite number.");
        Mean = mean;
        Scale = scale;
    }

    /// <summary>The mean of every weight.</summary>
    public double Mean { get; }

    /// <summary>The scale of every weight.</summary>
    public double Scale { get; }

    /// <summary>Whether the scale is learned with the posterior; see <see cref="Trainable"/>.</summary>
    public bool IsTrainable { get; init; }

    IReadOnlyList<string> ITrainablePrior.ParameterNames => ["log_scale"];

    IReadOnlyList<double> ITrainablePrior.ParameterValues => [Math.Log(Scale)];

    /// <summary>Mean 0, and a scale that is learned with the posterior (empirical Bayes).</summary>
    /// <param name="scale">The scale to begin with, positive and finite.</param>
    /// <remarks>See <see cref="ITrainablePrior"/> and <see cref="LearnedLaplacePrior"/>.</remarks>
    public static LaplacePrior Trainable(double scale = 1) => new(scale) { IsTrainable = true };

    Prior ITrainablePrior.Over(IReadOnlyList<Tensor> parameters) => new LearnedLaplacePrior(Mean, parameters[0]);

    Prior ITrainablePrior.With(IReadOnlyList<double> values) => new LaplacePrior(Mean, Math.Exp(values[0])) { IsTrainable = IsTrainable };

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor weights)
    {
        using var offset = weights - Operand(Mean);
        using var distance = offset.abs();
        using var scaled = distance / Operand(-Scale);
        return scaled - Operand(Math.Log(2 * Scale));
    }

    /// <inheritdoc/>
    public override Tensor Sample(Tensor like, NoiseSource noise)
    {
        // The difference of two exponentials.
        using var up = noise.Exponential(like);
        using var down = noise.Exponential(like);
        return up.Subtract(down).mul_(Operand(Scale)).add_(Operand(Mean));
    }
}
