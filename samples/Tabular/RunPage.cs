using System.Globalization;
using BayesGen.Plots;

namespace TabularSample;

/// <summary>One page that shows the whole run, and the chart by itself.</summary>
public static class RunPage
{
    /// <returns>The path of the page.</returns>
    public static string Write(Options options, Rows rows, Learning learning)
    {
        var chart = learning.Bayesian.Draw();
        chart.SavePng(Path.Combine(options.Out, "intervals.png"));
        chart.SaveSvg(Path.Combine(options.Out, "intervals.svg"));
        var path = Path.Combine(options.Out, RunReport.FileName);
        new RunReport($"A table: {options.Target}")
        {
            Summary = $"{rows}.",
        }
            .Trained(learning.Model.Network, learning.Training)
            .Figures(
                ("root mean squared error", Text($"{learning.Bayesian.Evaluation.RootMeanSquaredError:G4}")),
                ("negative log-likelihood", Text($"{learning.Bayesian.Evaluation.NegativeLogLikelihood:F3}")),
                ("held by conformal intervals", Text($"{learning.Bayesian.Conformal.Coverage * 100:F1} %")))
            .Heading("Intervals")
            .Text("The rows to judge by, in the order of what is predicted for them (x), each with its interval and what it was.")
            .Chart(chart)
            .Heading("From the surest rows to the least sure")
            .Table(
                ["rows", "held", "mean width"],
                [
                    .. learning.Bayesian.Conformal.ByUncertainty.Select(group => (IReadOnlyList<string>)
                        [group.Name, Text($"{group.Coverage * 100:F1} %"), Text($"{group.MeanSize:G4}")]),
                ])
            .Heading("Training")
            .Chart(TrainingCurves.Draw(learning.Training))
            .Save(path);
        return path;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
