using System.Globalization;

namespace BayesGen.Variational;

/// <summary>
/// Automatic relevance determination: N(0, s^2) on the scale of a unit, with the variance s^2 that is best for its posterior, so that it
/// has no number of its own. The weights that the scale belongs to have a flat prior.
/// </summary>
/// <remarks>
/// MacKay, "Bayesian Nonlinear Modeling for the Prediction Competition", 1994; for the units of networks Dai, Zhu, Guo, Wipf,
/// "Compressing Neural Networks using the Variational Information Bottleneck", 2018. Not a density: it is fitted to each posterior.
/// </remarks>
public sealed record ArdPrior : Prior
{
    /// <summary>Every unit counts once: the divergence of the bound.</summary>
    public ArdPrior() : this(1)
    {
    }

    /// <summary>Every unit counts more or less than once.</summary>
    /// <param name="cost">How many times its divergence a unit counts, positive and finite; see <see cref="Cost"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cost is not positive and finite.</exception>
    /// <example><c>model.Prior.Conv1.Weight = new ArdPrior(cost: 4);</c></example>
    public ArdPrior(double cost)
    {
        if (!double.IsFinite(cost) || cost <= 0)
            throw new ArgumentOutOfRangeException(nameof(cost), cost, "The cost of an ArdPrior is a positive, finite number.");
        Cost = cost;
    }

    /// <summary>
    /// How many times its divergence a unit counts: more for the units of a layer that take many weights or multiplications each, so that
    /// these go first (the cost-aware variant of Dai et al. multiplies by the size of a channel's map). At 1, the default, the loss is the
    /// bound; elsewhere it is tempered layer by layer.
    /// </summary>
    public double Cost { get; }

    /// <summary>The name of the prior, and its cost where that is not 1.</summary>
    public override string ToString() => Cost == 1
        ? nameof(ArdPrior)
        : string.Create(CultureInfo.InvariantCulture, $"{nameof(ArdPrior)}(cost {Cost:G6})");
}
