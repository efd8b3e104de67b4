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
    /// <summary>
    /// How many times its divergence a unit counts: more for the units of a layer that take many weights or multiplications each, so that
    /// these go first (the cost-aware variant of Dai et al. multiplies by the size of a channel's map). At 1, the default, the loss is the
    /// bound; elsewhere it is tempered layer by layer.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The cost is not positive and finite.</exception>
    /// <example><c>model.Prior.Conv1.Weight = new ArdPrior { Cost = 4 };</c></example>
    public double Cost
    {
        get;
        init => field = double.IsFinite(value) && value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Cost), value, "The cost of an ArdPrior is a positive, finite number.");
    } = 1;

    /// <summary>The name of the prior, and its cost where that is not 1.</summary>
    public override string ToString() => Cost == 1
        ? nameof(ArdPrior)
        : string.Create(CultureInfo.InvariantCulture, $"{nameof(ArdPrior)}(cost {Cost:G6})");
}
