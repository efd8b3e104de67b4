using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Reporting;

namespace BayesGen.Compression;

/// <summary>What several networks together make of thresholds.</summary>
/// <param name="networks">The networks.</param>
/// <param name="options">How they are evaluated.</param>
/// <param name="cancellation">Ends an evaluation.</param>
internal sealed class PooledFigures(IReadOnlyList<PointEvaluation> networks, ThresholdOptions options, CancellationToken cancellation)
{
    private Figure? _unpruned;

    /// <summary>A figure on the validation data, the mean over the networks.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="Value">The mean.</param>
    /// <param name="IsAccuracy">Whether more is better; else it is a loss.</param>
    public sealed record Figure(string Name, double Value, bool IsAccuracy);

    /// <summary>How often a network went through its data.</summary>
    public int Evaluations => networks.Sum(network => network.Passes);

    /// <summary>The figure without pruning.</summary>
    /// <exception cref="InvalidOperationException">It is NaN.</exception>
    public Figure Unpruned()
    {
        if (_unpruned is not null)
            return _unpruned;
        List<EvaluationResult> results = [.. networks.Select(network => network.Evaluate(keep: null, cancellation))];
        var isAccuracy = results[0].Metrics.ContainsKey(Metric.AccuracyName);
        var figure = new Figure(
            isAccuracy ? Metric.AccuracyName : networks[0].FigureName,
            results.Average(result => isAccuracy ? result.Accuracy : result.Fit),
            isAccuracy);
        return double.IsFinite(figure.Value)
            ? _unpruned = figure
            : throw new InvalidOperationException(
                $"Without pruning the {figure.Name} on the validation data is {figure.Value}, which nothing can be compared with: the network's "
                + "outputs or the data are not finite.");
    }

    /// <summary>What thresholds cost beside the figure without pruning; NaN where the figure is.</summary>
    public double CostOf(double figure) => Unpruned() is var unpruned && unpruned.IsAccuracy
        ? unpruned.Value - figure
        : figure - unpruned.Value;

    /// <summary>
    /// How many weights of a family are kept at thresholds, by network, and the key of a matrix that has none left, if there is one.
    /// </summary>
    public (IReadOnlyList<long> Kept, long All, string? Emptied) CountOf(PosteriorFamily family, Thresholds thresholds)
    {
        var (kept, all, emptied) = (new List<long>(), 0L, (string?)null);
        foreach (var network in networks)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            using var turn = network.Arena.TakeTurn();
            var masks = Pruner.KeepMasks(network.Arena, thresholds);
            var sum = 0L;
            foreach (var (arena, mask) in network.Arena.Families.Zip(masks))
                foreach (var weight in arena.Weights)
                {
                    var now = arena.Mask.Windows[weight.Place.Index];
                    var count = (now & weight.Place.SliceOf(mask)).sum().item<long>();
                    if (count == 0 && weight.Shape.Length > 1 && now.any().item<bool>())
                        emptied = weight.Key;
                    if (arena.Family.PosteriorType != family.PosteriorType)
                        continue;
                    (sum, all) = (sum + count, all + weight.FreeCount);
                }

            kept.Add(sum);
        }

        return (kept, all, emptied);
    }

    /// <summary>The figure at thresholds.</summary>
    public double At(Thresholds thresholds) => networks.Average(network =>
    {
        using var scope = NewDisposeScope();
        using var turn = network.Arena.TakeTurn();
        var result = network.Evaluate(Pruner.KeepMasks(network.Arena, thresholds), cancellation);
        return Unpruned().IsAccuracy ? result.Accuracy : result.Fit;
    });

    /// <summary>The part of all Bayesian weights that is kept.</summary>
    public double KeptPart(Thresholds thresholds)
    {
        List<PruneReport> reports = [.. networks.Select(network => Pruner.Statistics(network.Arena, thresholds))];
        var all = reports.Sum(report => report.BayesianWeights);
        return all == 0 ? 0 : (double)reports.Sum(report => report.Kept) / all;
    }

    /// <summary>
    /// The scores of a family between which thresholds mean something: all weights that are kept now reach the lowest finite one; a
    /// twentieth of them is below the next; above the highest a matrix has no weight left. Null where none is finite.
    /// </summary>
    /// <exception cref="InvalidOperationException">A score is NaN.</exception>
    public (double Lowest, double Low, double High)? RangeOf(PosteriorFamily family)
    {
        var (lowest, low) = (double.PositiveInfinity, double.PositiveInfinity);
        var (high, highest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var network in networks)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            using var turn = network.Arena.TakeTurn();
            foreach (var arena in network.Arena.Families.Where(arena => arena.Family.PosteriorType == family.PosteriorType))
            {
                var flat = options.Score == PruningScore.TotalNoise ? arena.Posterior.TotalNoiseScore() : arena.Posterior.Score();
                foreach (var weight in arena.Weights)
                {
                    var scores = weight.Place.SliceOf(flat).masked_select(arena.Mask.Windows[weight.Place.Index]).to(ScalarType.Float64);
                    if (scores.isnan().any().item<bool>())
                        throw new InvalidOperationException(
                            $"A score of '{weight.Key}' is NaN, so no threshold can be compared with it: its posterior is not finite.");
                    var finite = scores.masked_select(scores.isfinite());
                    if (finite.numel() == 0)
                        continue;
                    var sorted = finite.sort().Values;
                    lowest = Math.Min(lowest, sorted[0].item<double>());
                    low = Math.Min(low, sorted[sorted.numel() / 20].item<double>());
                    highest = Math.Max(highest, sorted[-1].item<double>());
                    if (weight.Shape.Length > 1)
                        high = Math.Min(high, sorted[-1].item<double>());
                }
            }
        }

        return double.IsInfinity(lowest) ? null : (lowest, low, double.IsInfinity(high) ? highest : high);
    }
}
