using System.Globalization;
using BayesGen.Likelihoods;
using BayesGen.Plots;
using BayesGen.Prediction;

namespace ImbalancedSample;

/// <summary>What one network is worth on payments that it has not seen.</summary>
/// <param name="Name">How it was trained.</param>
/// <param name="Evaluation">Its probabilities, judged.</param>
public sealed record Result(string Name, ClassEvaluation Evaluation)
{
    private const int Bins = 10;

    /// <summary>What its decisions cost on average: a payment is let through or checked.</summary>
    /// <param name="costs">What each decision costs.</param>
    public double Cost(CostMatrix costs) => costs.MeanCost(costs.Decide(Evaluation.Prediction), Evaluation.Targets);

    /// <summary>What it costs to check what is more likely fraud than not.</summary>
    public double CostAtHalf(CostMatrix costs) => costs.MeanCost(Evaluation.Prediction.Classes, Evaluation.Targets);

    /// <summary>
    /// The probabilities of fraud in bins of as many payments each, since nearly all are small: how many, what was said, and what came
    /// true.
    /// </summary>
    public IReadOnlyList<(long Count, double Said, double CameTrue)> Reliability()
    {
        (double P, int Target)[] sorted =
        [
            .. Evaluation.Prediction.Probabilities.Select(row => row[1]).Zip(Evaluation.Targets).OrderBy(example => example.First),
        ];
        return
        [
            .. sorted.Chunk((sorted.Length + Bins - 1) / Bins)
                .Select(bin => ((long)bin.Length, bin.Average(example => example.P), bin.Average(example => (double)example.Target))),
        ];
    }

    /// <summary>How often a probability of fraud came true, in bins of equal width, as PNG and SVG.</summary>
    /// <returns>The path of the chart.</returns>
    public string Draw(string folder)
    {
        var bins = Evaluation.Prediction.Probabilities.Select(row => row[1]).Zip(Evaluation.Targets)
            .ToLookup(example => Math.Min(Bins - 1, (int)(example.First * Bins)));
        var numbers = Enumerable.Range(0, Bins).Select(bin => (
            Count: bins[bin].LongCount(),
            Said: bins[bin].Select(example => example.First).DefaultIfEmpty(0).Average(),
            CameTrue: bins[bin].Select(example => (double)example.Second).DefaultIfEmpty(0).Average())).ToList();
        var chart = ReliabilityDiagram.Draw(
            [.. numbers.Select(bin => bin.Count)], [.. numbers.Select(bin => bin.Said)], [.. numbers.Select(bin => bin.CameTrue)],
            $"fraud, trained {Name}");
        var path = Path.Combine(folder, $"reliability-{Name.Replace(' ', '-')}.png");
        chart.SavePng(path);
        chart.SaveSvg(Path.ChangeExtension(path, ".svg"));
        return path;
    }

    /// <summary>Its figures in one line of the table.</summary>
    public string Line(CostMatrix costs) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name,-22} {Evaluation.NegativeLogLikelihood,7:F4} {Evaluation.ClasswiseCalibrationError,8:F4} {Evaluation.Auroc,7:F3} "
        + $"{Evaluation.AveragePrecision,7:F3} {Evaluation.F1,6:F3} {CostAtHalf(costs),9:F4} {Cost(costs),9:F4}");
}
