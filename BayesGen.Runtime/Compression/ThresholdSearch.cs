using BayesGen.Data;
using BayesGen.Parameters;
using BayesGen.Pruning;

namespace BayesGen.Compression;

/// <summary>
/// Chooses thresholds on validation data: the highest ones at which pruning costs no more than a tolerance, for one network or for several
/// together.
/// </summary>
/// <remarks>
/// <para>What pruning costs is the accuracy without it less the accuracy with it; where no accuracy is measured, the fit loss with it less
/// the fit loss without. A choice is always one that was tried and found within the tolerance, or one that prunes nothing.</para>
/// <para>Candidates that are given are tried from the highest down, so the highest of them that is within the tolerance is found. Without
/// any, a grid of at most some sixty thresholds is searched from coarse to fine: every few of them from the highest down, then those
/// between the first that is within the tolerance and the one before it. What a threshold costs need not rise with it, so one that is
/// within the tolerance may be missed where it stands alone between two that are not.</para>
/// <para>A network of several families gets a threshold for each, one family after the other in the order of the network. Of k families,
/// the first i together may cost i/k of the tolerance.</para>
/// <para>No threshold is chosen that leaves a matrix of weights, or the kernels of a convolution, with none.</para>
/// </remarks>
public static class ThresholdSearch
{
    /// <summary>Chooses for several networks of one class together, such as those of several seeds, by the mean of their figures.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="models">The networks; they are left as they were.</param>
    /// <param name="validation">Data that neither trains nor tests them.</param>
    /// <param name="tolerance">What pruning may cost: a part of 1 for an accuracy, or a rise of the fit loss.</param>
    /// <param name="options">How to choose; null is the default.</param>
    /// <param name="cancellation">Ends the search before the next batch; the networks are put back as they were.</param>
    /// <returns>The choice.</returns>
    /// <exception cref="ArgumentException">There are no networks, no data, an option or the tolerance is out of its range.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or a network cannot take a batch, or answers NaN.</exception>
    public static ThresholdChoice Over<TModel>(
        IReadOnlyList<TModel> models, BatchSource validation, double tolerance, ThresholdOptions? options = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(validation);
        return Over([.. models.Select(model => new SearchedNetwork(model, model.call, validation))], tolerance, options, cancellation);
    }

    /// <summary>The same where each network has validation data of its own, or a forward of several inputs.</summary>
    /// <param name="networks">The networks with their data; they are left as they were.</param>
    /// <param name="tolerance">What pruning may cost: a part of 1 for an accuracy, or a rise of the fit loss.</param>
    /// <param name="options">How to choose; null is the default.</param>
    /// <param name="cancellation">Ends the search before the next batch; the networks are put back as they were.</param>
    /// <returns>The choice.</returns>
    public static ThresholdChoice Over(
        IReadOnlyList<SearchedNetwork> networks, double tolerance, ThresholdOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(networks);
        options ??= new ThresholdOptions();
        options.Validate();
        if (!double.IsFinite(tolerance) || tolerance < 0)
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "What pruning may cost is finite and not negative.");
        if (networks.Count == 0)
            throw new ArgumentException("There is no network to choose a threshold for.", nameof(networks));
        var families = FamiliesOf(networks);
        var evaluations = new List<PointEvaluation>();
        try
        {
            foreach (var network in networks)
                evaluations.Add(new PointEvaluation(network, options.Evaluation));
            return Choose(new PooledFigures(evaluations, options, cancellation), families, tolerance, options);
        }
        finally
        {
            foreach (var evaluation in evaluations)
                evaluation.Dispose();
        }
    }

    private static ThresholdChoice Choose(
        PooledFigures figures, IReadOnlyList<PosteriorFamily> families, double tolerance, ThresholdOptions options)
    {
        var unpruned = figures.Unpruned();
        if (unpruned.IsAccuracy && tolerance >= 1)
            throw new ArgumentOutOfRangeException(
                nameof(tolerance), tolerance, "What pruning may cost of the accuracy is a part of 1, below 1: 0.003 for 0.3 percent.");
        var chosen = new List<FamilyThreshold>();
        var thresholds = new Thresholds { Score = options.Score };
        var last = unpruned.Value;
        foreach (var family in families)
        {
            var part = tolerance * (chosen.Count + 1) / families.Count;
            var (found, figure) = new FamilySearch(figures, family, thresholds, part, options).Choose();
            (thresholds, last) = (thresholds.With(family.PosteriorType, found.Threshold), figure);
            chosen.Add(found);
        }

        return new ThresholdChoice(
            thresholds, chosen, unpruned.Name, unpruned.Value, last, tolerance, figures.KeptPart(thresholds), figures.Evaluations);
    }

    /// <summary>The families in the order of the network.</summary>
    private static List<PosteriorFamily> FamiliesOf(IReadOnlyList<SearchedNetwork> networks)
    {
        List<List<PosteriorFamily>> all = [.. networks.Select(Of)];
        string NamesOf(List<PosteriorFamily> families) => string.Join(", ", families.Select(family => family.Name));
        var first = all[0].Select(family => family.PosteriorType);
        if (all.Find(families => !families.Select(family => family.PosteriorType).SequenceEqual(first)) is { } other)
            throw new ArgumentException(
                $"The networks have different families ({NamesOf(all[0])}; {NamesOf(other)}): one threshold cannot stand for both. Choose for "
                + "networks of one class.", nameof(networks));
        return all[0];

        static List<PosteriorFamily> Of(SearchedNetwork network)
        {
            ArgumentNullException.ThrowIfNull(network);
            ArgumentNullException.ThrowIfNull(network.Model);
            ArgumentNullException.ThrowIfNull(network.Forward);
            ArgumentNullException.ThrowIfNull(network.Validation);
            return [.. network.Model.Arena.Families.Select(arena => arena.Family).DistinctBy(family => family.PosteriorType)];
        }
    }
}
