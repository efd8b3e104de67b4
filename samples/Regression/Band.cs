using System.Globalization;
using BayesGen;
using BayesGen.Data;
using BayesGen.Plots;
using TorchSharp;
using static TorchSharp.torch;

namespace RegressionSample;

/// <summary>The prediction along the axis, as plain arrays: what the table prints and a chart is drawn from.</summary>
/// <param name="X">Places on the axis, in order.</param>
/// <param name="Truth">The curve that the points come from.</param>
/// <param name="Mean">The predictive mean.</param>
/// <param name="Epistemic">The standard deviation that more points would remove.</param>
/// <param name="Aleatoric">The standard deviation of the noise.</param>
/// <param name="Lower">The lower end of the 95 % interval.</param>
/// <param name="Upper">Its upper end.</param>
public sealed record Band(
    double[] X, double[] Truth, double[] Mean, double[] Epistemic, double[] Aleatoric, double[] Lower, double[] Upper)
{
    public const double Level = 0.95;

    /// <summary>Predicts from -5 to 5.</summary>
    public static Band Of(BayesianCurveNetwork model, int samples) =>
        Of(inputs => model.Predict(inputs, GaussianNoise.Learned, samples));

    /// <inheritdoc cref="Of(BayesianCurveNetwork, int)"/>
    public static Band Of(LaplaceApproximation laplace) => Of(inputs => laplace.Predict(inputs, GaussianNoise.Learned));

    private static Band Of(Func<Tensor, RegressionPrediction> predict)
    {
        double[] x = [.. Enumerable.Range(0, 201).Select(i => -5 + i * 0.05)];
        using var inputs = tensor([.. x.Select(at => (float)at)], [x.Length, 1], ScalarType.Float32, CPU);
        var prediction = predict(inputs);
        var interval = prediction.CentralInterval(Level);
        return new Band(
            x,
            Array.ConvertAll(x, Points.Truth),
            Column(prediction.Mean),
            Array.ConvertAll(Column(prediction.EpistemicVariance), Math.Sqrt),
            Array.ConvertAll(Column(prediction.AleatoricVariance), Math.Sqrt),
            Column(interval.Lower),
            Column(interval.Upper));
    }

    /// <summary>The mean of the epistemic standard deviation over the places that a condition names.</summary>
    public double MeanEpistemic(Func<double, bool> where) => X.Zip(Epistemic).Where(at => where(at.First)).Average(at => at.Second);

    /// <summary>The part of the axis on which the truth lies in the band.</summary>
    public double PartWithTruth =>
        Enumerable.Range(0, X.Length).Count(i => Truth[i] >= Lower[i] && Truth[i] <= Upper[i]) / (double)X.Length;

    public void Print()
    {
        Console.WriteLine("    x   truth    mean   epistemic  aleatoric   95 % interval      points here");
        for (var i = 0; i < X.Length; i += 10)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{X[i],5:F1} {Truth[i],7:F2} {Mean[i],7:F2} {Epistemic[i],11:F3} {Aleatoric[i],10:F3}   {Lower[i],6:F2} to {Upper[i],5:F2}"
                + $"     {(Points.AreAt(X[i]) ? "yes" : "no"),-3} {new string('#', (int)Math.Min(40, Math.Round(20 * Epistemic[i])))}")
                    .TrimEnd());
    }

    /// <summary>The band with the points it was learned from.</summary>
    public Chart Draw(TensorDataSet points) => RegressionBand.Draw(
        X, Mean, Lower, Upper, Numbers(points.Inputs), Numbers(points.Targets), Truth,
        string.Create(CultureInfo.InvariantCulture, $"{Level * 100:0} % interval, noise included"), Level, Epistemic);

    /// <summary>Writes the chart as PNG and SVG, and the arrays behind it as a table for other programs.</summary>
    /// <param name="folder">Where; it is made if it is not there.</param>
    /// <param name="name">What the files are called.</param>
    /// <param name="points">The points to draw.</param>
    /// <returns>The path of the chart.</returns>
    public string Write(string folder, string name, TensorDataSet points)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(
            Path.Combine(folder, name + ".csv"),
            X.Select((x, i) => string.Create(
                CultureInfo.InvariantCulture,
                $"{x:R},{Truth[i]:R},{Mean[i]:R},{Epistemic[i]:R},{Aleatoric[i]:R},{Lower[i]:R},{Upper[i]:R}"))
                .Prepend("x,truth,mean,epistemic,aleatoric,lower,upper"));
        var chart = Draw(points);
        chart.SaveSvg(Path.Combine(folder, name + ".svg"));
        var path = Path.Combine(folder, name + ".png");
        chart.SavePng(path);
        return path;
    }

    private static double[] Numbers(Tensor column) => [.. column.data<float>().Select(number => (double)number)];

    private static double[] Column(IReadOnlyList<double[]> rows) => [.. rows.Select(row => row[0])];
}
