using BayesGen.Compression;
using BayesGen.Data;
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

    /// <summary>
    /// Chooses the highest thresholds at which pruning costs no more than a tolerance on validation data. The network is not pruned:
    /// <c>model.Prune(choice.Thresholds)</c> does that.
    /// </summary>
    /// <remarks>How it is searched, and what is guaranteed, says <see cref="ThresholdSearch"/>; it also chooses for several networks.</remarks>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network; it is left as it was.</param>
    /// <param name="validation">Data that neither trains nor tests the network.</param>
    /// <param name="tolerance">What pruning may cost: a part of 1 for an accuracy, or a rise of the fit loss.</param>
    /// <param name="options">How to choose; null is the default.</param>
    /// <param name="cancellation">Ends the search before the next batch; the network is put back as it was.</param>
    /// <returns>The thresholds, what was tried, and why.</returns>
    /// <exception cref="ArgumentException">The data is empty or does not fit, an option or the tolerance is out of its range.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or the network cannot take a batch, or answers NaN.</exception>
    /// <exception cref="OperationCanceledException">The search was canceled.</exception>
    /// <example><c>model.Prune(model.ChooseThreshold(validation, tolerance: 0.003).Thresholds)</c></example>
    public static ThresholdChoice ChooseThreshold<TModel>(
        this TModel model, BatchSource validation, double tolerance, ThresholdOptions? options = null, CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(model);
        return ThresholdSearch.Over([model], validation, tolerance, options, cancellation);
    }
}
