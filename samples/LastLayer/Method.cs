using System.Diagnostics;
using System.Globalization;
using BayesGen;
using BayesGen.Data;
using BayesGen.SampleImages;

namespace LastLayerSample;

/// <summary>What one way of answering is worth.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Known">The digits: accuracy and calibration.</param>
/// <param name="Outside">By name: how well each kind of other images is told from digits.</param>
/// <param name="Seconds">What the posterior took, without predictions.</param>
public sealed record Method(
    string Name, ClassEvaluation Known, IReadOnlyList<(string Name, OutOfDistribution Result)> Outside, double Seconds)
{
    /// <summary>The first columns of the table.</summary>
    public const string Head = "                          accuracy      NLL      ECE  seconds";

    /// <summary>Fits and judges.</summary>
    /// <typeparam name="T">What predicts.</typeparam>
    /// <param name="name">What it is called.</param>
    /// <param name="images">The digits, and what is none.</param>
    /// <param name="fit">Makes what predicts.</param>
    /// <param name="predict">Predicts classes.</param>
    public static Method Of<T>(string name, Images images, Func<T> fit, Func<T, TensorDataSet, ClassPrediction> predict)
        where T : IDisposable
    {
        var clock = Stopwatch.StartNew();
        using var fitted = fit();
        var seconds = clock.Elapsed.TotalSeconds;
        var known = predict(fitted, images.Test);
        Console.WriteLine(fitted);
        return new Method(
            name, ClassEvaluation.Of(known, [.. images.Test.Targets.data<long>().Select(target => (int)target)]),
            [.. images.Outside.Select(kind => (kind.Name, OutOfDistribution.Of(known, predict(fitted, kind.Data))))], seconds);
    }

    /// <summary>A line of the table: the figures, and for each kind of other images the AUROC by entropy.</summary>
    public string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name,-24} {Known.Accuracy,9:P2} {Known.NegativeLogLikelihood,8:F4} {Known.ExpectedCalibrationError,8:F4} {Seconds,8:F1}")
        + string.Concat(Outside.Select(kind => FormattableString.Invariant($" {kind.Result.ByEntropy.Auroc,14:F4}")));

    /// <summary>The same as numbers with commas between them.</summary>
    public string Csv() => string.Join(",", [
        Name, Text(Known.Accuracy), Text(Known.NegativeLogLikelihood), Text(Known.ExpectedCalibrationError), Text(Seconds),
        .. Outside.Select(kind => Text(kind.Result.ByEntropy.Auroc))]);

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
