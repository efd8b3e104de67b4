using System.Diagnostics;
using BayesGen.Conformal;
using BayesGen.Data;
using BayesGen.Prediction;

namespace BayesGen.Benchmarks.Uci;

/// <summary>Trains a method on a split and judges it by the rows that it has not seen.</summary>
public static class Measurement
{
    /// <summary>
    /// The conformal intervals need rows that the network has not seen, so they are those of other networks, each trained without a fifth
    /// of the rows for a part of the steps. The guarantee does not depend on how good they are, and it is one over calibration rows too:
    /// with a single fifth much of what is seen on a small set is which rows that is.
    /// </summary>
    private const double ConformalPart = 0.3;

    public static SplitOutcome Of(Piece piece, SplitRows rows)
    {
        var clock = Stopwatch.StartNew();
        RegressionEvaluation? whole = null;
        Train(piece, rows, 1, (predictor, scale) => whole = Judge(predictor, scale, rows.Set, rows.Test));
        var intervals = rows.WithCalibration().Select(one => Calibrated(piece, rows, one.Kept, one.Calibration)).ToList();
        var band = whole!.Intervals[1];
        return new SplitOutcome(
            Setting.Version, whole.RootMeanSquaredError, whole.NegativeLogLikelihood, band.Coverage, band.MeanWidth,
            IntervalFigures.MeanOf(intervals), Math.Round(clock.Elapsed.TotalSeconds, 1));
    }

    /// <summary>Intervals of a network that has not seen the calibration rows.</summary>
    private static List<IntervalFigures> Calibrated(Piece piece, SplitRows rows, SplitRows kept, int[] calibration)
    {
        RegressionEvaluation? calibrated = null, test = null;
        Train(piece, kept, ConformalPart, (predictor, scale) =>
        {
            calibrated = Judge(predictor, scale, rows.Set, calibration);
            test = Judge(predictor, scale, rows.Set, rows.Test);
        });
        return Intervals(calibrated!, test!);
    }

    private static List<IntervalFigures> Intervals(RegressionEvaluation calibration, RegressionEvaluation test)
    {
        List<(IntervalMethod Method, IntervalReport Report)> conformal = [.. Enum.GetValues<IntervalMethod>().Select(method =>
            (method, ConformalIntervals.Calibrate(calibration, new ConformalIntervalOptions { Method = method }).Evaluate(test)))];
        var plain = conformal[0].Report.Plain;
        return
        [
            new IntervalFigures(IntervalFigures.Plain, plain.Coverage, plain.MeanWidth, plain.Score),
            .. conformal.Select(one =>
                new IntervalFigures(one.Method.ToString(), one.Report.Coverage, one.Report.MeanWidth, one.Report.Score)),
        ];
    }

    private static void Train(Piece piece, SplitRows rows, double part, Action<TablePredictor, Standardize> use)
    {
        using var raw = rows.Set.DataOf(rows.Train);
        var scale = Standardize.Fit(raw, new StandardizeOptions { AllowConstant = true });
        using var scope = NewDisposeScope();
        using var train = scale.Apply(raw);
        var setting = new Setting(rows.Train.Length, (int)raw.Inputs.shape[1], part);
        Method.Train(piece.Method, train, setting, piece.Split, predictor => use(predictor, scale));
    }

    private static RegressionEvaluation Judge(TablePredictor predictor, Standardize scale, TableSet set, int[] rows)
    {
        using var scope = NewDisposeScope();
        using var raw = set.DataOf(rows);
        var prediction = scale.InUnits(predictor(scale.Inputs(raw.Inputs)));
        return RegressionEvaluation.Of(prediction, set.TargetsOf(rows), [0.9, 0.95]);
    }
}
