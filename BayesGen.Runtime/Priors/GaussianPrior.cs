namespace BayesGen;

/// <summary>p(w) = N(mean, scale^2), the same for every weight it is given to.</summary>
public sealed record GaussianPrior : ProperPrior
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

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor weights)
    {
        using var scaled = (weights - Mean) / Scale;
        using var square = scaled.square();
        using var half = square * -0.5;
        return half - (Math.Log(Scale) + HalfLogTwoPi);
    }

    /// <inheritdoc/>
    public override Tensor Sample(Tensor like, NoiseSource noise) => noise.Normal(like).mul_(Scale).add_(Mean);
}
