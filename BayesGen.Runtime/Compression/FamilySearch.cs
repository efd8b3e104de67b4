using System.Globalization;
using BayesGen.Parameters;
using BayesGen.Pruning;

namespace BayesGen.Compression;

/// <summary>
/// Chooses the threshold of one family, where those of others are chosen or do not prune; see <see cref="ThresholdSearch"/>.
/// </summary>
/// <param name="figures">What the networks make of thresholds.</param>
/// <param name="family">The family.</param>
/// <param name="others">The thresholds of the families before it.</param>
/// <param name="tolerance">What all families so far may cost together.</param>
/// <param name="options">How to choose.</param>
internal sealed class FamilySearch(
    PooledFigures figures, PosteriorFamily family, Thresholds others, double tolerance, ThresholdOptions options)
{
    /// <summary>How many thresholds a grid has at most, about.</summary>
    private const int GridSize = 64;

    /// <summary>A cost is a difference of two means of thousands of numbers, and a tolerance such as 0.003 has no exact bits.</summary>
    private const double Rounding = 1e-12;

    private readonly SortedDictionary<double, ThresholdPoint> _tried = [];
    private readonly Dictionary<string, double> _known = [];
    private readonly List<string> _emptied = [];

    /// <summary>The threshold, and the figure there.</summary>
    public (FamilyThreshold Chosen, double Figure) Choose()
    {
        if (figures.RangeOf(family) is not { } range)
            return Nothing(double.NegativeInfinity, "no score of it is finite, so there is nothing to choose between");
        if (options.Candidates is null && range.Lowest == range.High && range.Low == range.High)
            return Nothing(Below(range.Lowest), $"its scores are all {Text(range.Lowest)}, so there is nothing to choose between");
        var (candidates, isGrid) = options.Candidates is { } given ? ([.. given.Distinct().OrderDescending()], false) : (Grid(range), true);
        return (isGrid ? Coarse(candidates) : FirstWithin(candidates, 0, candidates.Count)) is { } place
            ? Found(candidates, place)
            : Nothing(
                Below(RoundDown(range.Lowest, 0.01)),
                $"none of {candidates.Count} thresholds from {Text(candidates[^1])} to {Text(candidates[0])} costs at most {Text(tolerance)} of the "
                + $"{figures.Unpruned().Name} {Text(figures.Unpruned().Value)} without pruning");
    }

    /// <summary>Thresholds with few digits, from the highest down; the last one prunes no weight with a finite score.</summary>
    private List<double> Grid((double Lowest, double Low, double High) range)
    {
        var (low, high) = (range.Low, Math.Max(range.Low, range.High));
        if (options.Score == PruningScore.Family)
            (low, high) = (Math.Max(low, family.Descriptor.LowestScore), Math.Min(high, family.Descriptor.HighestScore));
        var step = NiceStep((high - low) / GridSize);
        var grid = new List<double>();
        for (var at = Math.Floor(high / step); at * step >= low - step; at--)
            grid.Add(Math.Round(at * step, 12));
        var bottom = RoundDown(range.Lowest, step);
        if (grid.Count == 0 || bottom < grid[^1])
            grid.Add(bottom);
        return grid;
    }

    /// <summary>Every few thresholds from the highest down, then those above the first that is within the tolerance.</summary>
    private int? Coarse(List<double> candidates)
    {
        var stride = Math.Max(1, (int)Math.Round(Math.Sqrt(candidates.Count)));
        var last = candidates.Count - 1;
        for (var place = 0; ; place = Math.Min(place + stride, last))
        {
            if (IsWithin(candidates[place]))
                return FirstWithin(candidates, Math.Max(0, place - stride + 1), place) ?? place;
            if (place == last)
                return null;
        }
    }

    private int? FirstWithin(List<double> candidates, int from, int end)
    {
        for (var place = from; place < end; place++)
            if (IsWithin(candidates[place]))
                return place;
        return null;
    }

    private bool IsWithin(double threshold)
    {
        if (_tried.TryGetValue(threshold, out var before))
            return before.IsWithin;
        var thresholds = others.With(family.PosteriorType, threshold);
        var (kept, all, emptied) = figures.CountOf(family, thresholds);
        if (emptied is not null)
        {
            _emptied.Add(emptied);
            return false;
        }

        // Masks of one family are nested, so those that keep as many weights are the same.
        var key = string.Join(' ', kept);
        if (!_known.TryGetValue(key, out var figure))
            _known[key] = figure = figures.At(thresholds);
        var point = new ThresholdPoint(
            threshold, all == 0 ? 0 : (double)kept.Sum() / all, figure, figures.CostOf(figure) <= tolerance + Rounding);
        _tried[threshold] = point;
        return point.IsWithin;
    }

    private (FamilyThreshold, double) Found(List<double> candidates, int place)
    {
        var point = _tried[candidates[place]];
        var (unpruned, next) = (figures.Unpruned(), place == 0 ? null : _tried.GetValueOrDefault(candidates[place - 1]));
        var above = next is not null ? $"; {Text(next.Threshold)} would cost {Text(figures.CostOf(next.Figure))}"
            : place == 0 ? "; it is the highest there is to choose from"
            : $"; {Text(candidates[place - 1])} would leave '{_emptied[^1]}' without a weight";
        return (
            new FamilyThreshold(
                family.Name, point.Threshold, [.. _tried.Values],
                $"{family.Name}: {Text(point.Threshold)} keeps {Text(100 * point.KeptPart)} % and costs {Text(figures.CostOf(point.Figure))} of the "
                + $"{unpruned.Name} {Text(unpruned.Value)} without pruning, at most {Text(tolerance)} was allowed{above}."),
            point.Figure);
    }

    /// <summary>A threshold below all scores; infinite where some score is, as that of a mean of zero.</summary>
    private double Below(double lowest) =>
        figures.CountOf(family, others.With(family.PosteriorType, lowest)) is var (kept, all, _) && kept.Sum() == all
            ? lowest
            : double.NegativeInfinity;

    /// <summary>A threshold that prunes nothing.</summary>
    private (FamilyThreshold, double) Nothing(double threshold, string why)
    {
        var figure = figures.At(others.With(family.PosteriorType, threshold));
        return (
            new FamilyThreshold(
                family.Name, threshold, [.. _tried.Values], $"{family.Name}: {why}; {Text(threshold)} prunes nothing."),
            figure);
    }

    private static double RoundDown(double number, double step) => Math.Round(Math.Floor(number / step) * step, 12) is var rounded
        && rounded <= number ? rounded : number;

    /// <summary>1, 2, 2.5 or 5 times a power of ten, at least as large as asked.</summary>
    private static double NiceStep(double least)
    {
        if (!(least > 0) || double.IsInfinity(least))
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return new[] { 1, 2, 2.5, 5, 10 }.Select(times => times * power).First(step => step >= least * (1 - 1e-9));
    }

    private static string Text(double number) => number.ToString("G4", CultureInfo.InvariantCulture);
}
