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
    /// <exception cref="ArgumentException">
    /// A threshold names no weight, a bare one stands for several families, or nothing would be left of a layer. Nothing was changed.
    /// </exception>
    public static PruneReport Prune(this IBayesianNetwork model, Thresholds thresholds) => Pruner.Prune(model.Arena, thresholds);

    /// <summary>
    /// The same, and then what became useless by it, unit by unit until nothing changes: the weights of a unit that nothing reads any
    /// more, which changes no answer, and the weights that read a unit of which no weight is left.
    /// </summary>
    /// <remarks>
    /// Which unit feeds which is found by running the network; see <see cref="DescriptionExtensions.MapUnits"/>. A unit without weights
    /// still puts out its bias, and that constant is lost where its readers are pruned, as the weights are. Frozen weights stay.
    /// </remarks>
    /// <param name="model">The network: of one tensor in, and one to three out.</param>
    /// <param name="thresholds">A weight is kept where its score is at least the threshold.</param>
    /// <param name="example">An input, with the batch as its first dimension; the first example counts.</param>
    /// <returns>What is kept, with the units of each layer.</returns>
    /// <exception cref="ArgumentException">
    /// A threshold names no weight, a bare one stands for several families, or nothing would be left of a layer. Nothing was changed.
    /// </exception>
    /// <exception cref="NotSupportedException">The network cannot be followed; the message says why. Nothing was changed.</exception>
    public static PruneReport Prune(this IBayesianNetwork model, Thresholds thresholds, Tensor example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return Pruner.Prune(model.Arena, thresholds, example);
    }

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
    /// <remarks>
    /// How it is searched, and what is guaranteed, says <see cref="ThresholdSearch"/>; it also chooses for several networks.
    /// </remarks>
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
        this TModel model, BatchSource validation, double tolerance, ThresholdOptions? options = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(model);
        return ThresholdSearch.Over([model], validation, tolerance, options, cancellation);
    }

    /// <summary>
    /// What is kept now, with the units of each layer, or what <see cref="Prune(IBayesianNetwork, Thresholds, Tensor)"/> would keep with
    /// the given thresholds. Changes nothing.
    /// </summary>
    /// <param name="model">The network: of one tensor in, and one to three out.</param>
    /// <param name="thresholds">The thresholds to try on top of what is pruned, or null.</param>
    /// <param name="example">An input, with the batch as its first dimension; the first example counts.</param>
    /// <exception cref="NotSupportedException">The network cannot be followed; the message says why.</exception>
    public static PruneReport PruneStatistics(this IBayesianNetwork model, Thresholds? thresholds, Tensor example)
    {
        ArgumentNullException.ThrowIfNull(example);
        using var turn = model.Arena.TakeTurn();
        return Pruner.Statistics(model.Arena, thresholds, example);
    }
}
