using System.Globalization;
using BayesGen;
using BayesGen.Data;
using BayesGen.Plots;

namespace RegressionSample;

/// <summary>One page that shows the whole run: what was trained, the band, and whether its intervals hold what they promise.</summary>
public static class RunPage
{
    /// <returns>The path of the page.</returns>
    public static string Write(
        string folder, BayesianCurveNetwork model, TrainingResult training, Band band, Band laplace, TensorDataSet test,
        RegressionEvaluation evaluation)
    {
        var path = Path.Combine(folder, RunReport.FileName);
        // As many dots as a chart has room for.
        using var drawn = Points.Draw(500, seed: 3);
        new RunReport("A curve, and how sure it is")
        {
            Summary = "Noisy points of a known curve lie on two pieces of the axis: nothing is known between them and beyond.",
        }
            .Trained(model, training)
            .Figures(
                ("root mean squared error", Text($"{evaluation.RootMeanSquaredError:F3}")),
                ("negative log-likelihood", Text($"{evaluation.NegativeLogLikelihood:F3}")),
                ("noise learned", Text($"{Math.Sqrt(evaluation.Prediction.AleatoricVariance[0][0]):F3}")))
            .Heading("The curve")
            .Text("The points are new ones that the network was not trained on.")
            .Chart(band.Draw(drawn))
            .Text(Text($"The truth lies in this band on {band.PartWithTruth * 100:0} % of the axis: ")
                + "independent weights see too little uncertainty in the gap and beyond. In the band of a Laplace approximation around a plain "
                + Text($"network, below, it does on {laplace.PartWithTruth * 100:0} %."))
            .Chart(laplace.Draw(drawn))
            .Heading("Intervals")
            .Text(Text($"Of {test.Count:N0} new points, the part in each interval, and its mean width."))
            .Table(
                ["interval", "points in it", "mean width"],
                [
                    .. evaluation.Intervals.Select(interval => (IReadOnlyList<string>)
                        [Text($"{interval.Level * 100:0} %"), Text($"{interval.Coverage * 100:F1} %"), Text($"{interval.MeanWidth:F2}")]),
                ])
            .Heading("Training")
            .Chart(TrainingCurves.Draw(training))
            .Save(path);
        return path;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
