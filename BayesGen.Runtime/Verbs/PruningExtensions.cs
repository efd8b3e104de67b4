using BayesGen.Parameters;
using BayesGen.Pruning;

namespace BayesGen;

/// <summary>Pruning a Bayesian neural network.</summary>
public static class PruningExtensions
{
    /// <summary>
    /// Sets weights that the posterior holds for noise to zero, for good: their mask survives further training, saving and loading.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="thresholds">A weight is kept where its score is at least the threshold.</param>
    /// <returns>What is kept.</returns>
    /// <exception cref="ArgumentException">A threshold names no weight, or a bare one stands for several families.</exception>
    public static PruneReport Prune(this IBayesianNetwork model, Thresholds thresholds) => Pruner.Prune(model.Arena, thresholds);

    /// <summary>Keeps every weight again; those that were pruned come back with the posterior they have.</summary>
    /// <param name="model">The network.</param>
    public static void Unprune(this IBayesianNetwork model) => Pruner.Unprune(model.Arena);

    /// <summary>What is kept now, or would be with the given thresholds. Changes nothing.</summary>
    /// <param name="model">The network.</param>
    /// <param name="thresholds">The thresholds to try on top of what is pruned, or null.</param>
    public static PruneReport PruneStatistics(this IBayesianNetwork model, Thresholds? thresholds = null) =>
        Pruner.Statistics(model.Arena, thresholds);
}
