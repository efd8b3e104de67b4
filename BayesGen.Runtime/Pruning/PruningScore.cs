using BayesGen.Variational;

namespace BayesGen.Pruning;

/// <summary>The score that thresholds are compared with.</summary>
public enum PruningScore
{
    /// <summary>The family's own, <see cref="Posterior.Score"/>.</summary>
    Family,

    /// <summary>
    /// -log(Var w / (E w)^2), <see cref="Posterior.TotalNoiseScore"/>. For LogUniform it is the better one, since the family's own
    /// score does not see sigma.
    /// </summary>
    TotalNoise,
}
