using System.Globalization;
using BayesGen;
using BayesGen.Conformal;
using BayesGen.Plots;
using TorchSharp;

namespace ForecastSample;

/// <summary>The forecasts of the last part of a series, and how honest their bands are.</summary>
/// <param name="Name">The series.</param>
/// <param name="Evaluation">Forecasts with the noise that the network learned.</param>
/// <param name="Plain">Its central intervals.</param>
/// <param name="Calibrated">The same after <c>CalibrateNoise</c>.</param>
/// <param name="Conformal">Intervals with a guarantee.</param>
/// <param name="Band">Those intervals, one for each forecast.</param>
public sealed record Forecast(
    string Name, RegressionEvaluation Evaluation, IntervalCoverage Plain, IntervalCoverage Calibrated, IntervalReport Conformal,
    PredictionInterval Band)
{
    public const double Level = 0.95;

    /// <summary>The heading of the table.</summary>
    public const string Head =
        "                              as learned    noise calibrated         conformal\n"
        + "series             NLL   held     width     held     width     held     width";

    private const int Samples = 50;
    private const int Shown = 150;

    /// <summary>Learns from the first half, calibrates on the next sixth, and judges by the last third.</summary>
    public static Forecast Of(Series series, Options options)
    {
        using var train = series.Part(0, 0.5);
        using var calibration = series.Part(0.5, 0.67);
        using var test = series.Part(0.67, 1);
        torch.random.manual_seed(options.Seed);
        using var model = new BayesianForecaster(new Forecaster());
        using (var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = options.Epochs,
            BatchSize = 50,
            LearningRate = 1e-2,
            FitLoss = FitLoss.LearnedGaussian,
            ElboSamples = 0,
            Seed = options.Seed,
        }))
            trainer.Train(train);

        var before = model.EvaluatePredictions(test, GaussianNoise.Learned, Samples);
        var noise = model.CalibrateNoise(calibration, GaussianNoise.Learned, samples: Samples);
        var after = model.EvaluatePredictions(test, noise, Samples);
        var conformal = ConformalIntervals.Calibrate(
            model.EvaluatePredictions(calibration, noise, Samples), new ConformalIntervalOptions { Coverage = Level });
        return new Forecast(
            series.Name, after, Of(before), Of(after), conformal.Evaluate(after), conformal.Intervals(after.Prediction));
    }

    /// <summary>A line of the table.</summary>
    public string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name,-15} {Evaluation.NegativeLogLikelihood,6:F3} {Plain.Coverage,6:P1} {Plain.MeanWidth,9:F2} {Calibrated.Coverage,8:P1} "
        + $"{Calibrated.MeanWidth,9:F2} {Conformal.Coverage,8:P1} {Conformal.MeanWidth,9:F2}");

    /// <summary>The same as numbers with commas between them.</summary>
    public string Csv() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name},{Evaluation.NegativeLogLikelihood:R},{Plain.Coverage:R},{Plain.MeanWidth:R},{Calibrated.Coverage:R},"
        + $"{Calibrated.MeanWidth:R},{Conformal.Coverage:R},{Conformal.MeanWidth:R}");

    /// <summary>Draws the last forecasts with their band and what came.</summary>
    /// <returns>The path of the chart.</returns>
    public string Draw(string folder)
    {
        var first = Math.Max(0, Evaluation.Prediction.Count - Shown);
        int[] rows = [.. Enumerable.Range(first, Evaluation.Prediction.Count - first)];
        double[] at = [.. rows.Select(row => (double)row)];
        var chart = RegressionBand.Draw(
            at, Column(Evaluation.Prediction.Mean), Column(Band.Lower), Column(Band.Upper), at, Column(Evaluation.Targets), null,
            string.Create(CultureInfo.InvariantCulture, $"{Level * 100:0} % band"));
        var path = Path.Combine(folder, Name.Replace(' ', '-') + ".png");
        chart.SaveSvg(Path.ChangeExtension(path, ".svg"));
        chart.SavePng(path);
        return path;

        double[] Column(IReadOnlyList<double[]> all) => [.. rows.Select(row => all[row][0])];
    }

    private static IntervalCoverage Of(RegressionEvaluation evaluation) =>
        evaluation.Intervals.Single(interval => interval.Level == Level);
}
