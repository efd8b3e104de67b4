using System.Globalization;
using BayesGen;
using BayesGen.Conformal;
using BayesGen.Plots;

namespace TabularSample;

/// <summary>What one network is worth on rows that it has not seen, in the units of the table.</summary>
/// <param name="Name">Which network.</param>
/// <param name="Evaluation">Its predictions, judged.</param>
/// <param name="Conformal">Its intervals with a guarantee, judged.</param>
/// <param name="Intervals">These intervals, one for each row.</param>
public sealed record Judged(string Name, RegressionEvaluation Evaluation, IntervalReport Conformal, PredictionInterval Intervals)
{
    /// <summary>The part of new rows that the intervals are to hold.</summary>
    public const double Coverage = 0.9;

    /// <summary>The level of the band that the prediction itself gives.</summary>
    public const double BandLevel = 0.95;

    /// <summary>The heading of the table.</summary>
    public const string Head =
        "                                     95 % band     90 % conformal\n"
        + "network         NLL      RMSE     held    width     held    width";

    /// <summary>Judges a network by the rows of the test.</summary>
    /// <param name="name">Which network.</param>
    /// <param name="prediction">What it says of them.</param>
    /// <param name="intervals">Its intervals.</param>
    /// <param name="rows">The rows.</param>
    public static Judged Of(string name, RegressionPrediction prediction, ConformalIntervals intervals, Rows rows)
    {
        var evaluation = RegressionEvaluation.Of(prediction, rows.Test, [BandLevel]);
        return new Judged(name, evaluation, intervals.Evaluate(evaluation), intervals.Intervals(prediction));
    }

    /// <summary>A line of the table.</summary>
    public string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name,-10} {Evaluation.NegativeLogLikelihood,8:F3} {Evaluation.RootMeanSquaredError,9:G4} {Band.Coverage,8:P1} "
        + $"{Band.MeanWidth,8:G4} {Conformal.Coverage,8:P1} {Conformal.MeanWidth,8:G4}");

    /// <summary>The parts of the rows, from those of which it is surest to those of which it is least sure.</summary>
    public IEnumerable<string> ByUncertainty() => Conformal.ByUncertainty.Select(group => string.Create(
        CultureInfo.InvariantCulture, $"{group.Name,-20} {group.Coverage,8:P1} {group.MeanSize,8:G4}"));

    /// <summary>What was said of each row, and what it was.</summary>
    public IEnumerable<string> Csv() => Enumerable.Range(0, Evaluation.Prediction.Count)
        .Select(row => string.Create(
            CultureInfo.InvariantCulture,
            $"{Evaluation.Targets[row][0]:R},{Evaluation.Prediction.Mean[row][0]:R},"
            + $"{Intervals.Lower[row][0]:R},{Intervals.Upper[row][0]:R}"))
        .Prepend("target,mean,lower,upper");

    /// <summary>The rows in the order of what is predicted for them, each with its interval and what it was.</summary>
    public Chart Draw()
    {
        int[] order = [.. Enumerable.Range(0, Evaluation.Prediction.Count).OrderBy(row => Evaluation.Prediction.Mean[row][0])];
        double[] at = [.. order.Select((_, place) => place + 1.0)];
        return RegressionBand.Draw(
            at, Column(Evaluation.Prediction.Mean), Column(Intervals.Lower), Column(Intervals.Upper), at, Column(Evaluation.Targets),
            truth: null, string.Create(CultureInfo.InvariantCulture, $"{Coverage * 100:0} % interval"), Coverage);

        double[] Column(IReadOnlyList<double[]> all) => [.. order.Select(row => all[row][0])];
    }

    private IntervalCoverage Band => Evaluation.Intervals.Single(interval => interval.Level == BandLevel);
}
