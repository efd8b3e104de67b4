using System.Globalization;
using BayesGen;
using BayesGen.Data;
using BayesGen.Plots;

namespace MnistSample;

/// <summary>What <c>--out</c> adds to the files of a run: charts, and one page that shows the whole of it.</summary>
public static class RunPage
{
    /// <summary>The thresholds of the curve.</summary>
    private static readonly IReadOnlyList<double> Curve = [-4, -3, -2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3];

    /// <summary>Writes the page and the charts. The network is not pruned yet: charts try the threshold out.</summary>
    public static void Write(
        string folder, Options options, Images images, BayesianClassifier model, VariationalTrainer trainer, TrainingResult training,
        Summary summary)
    {
        var threshold = summary.Threshold;
        var curves = TrainingCurves.Draw(training);
        var pruning = PruningCurve.Draw(
            trainer.EvaluateThresholds(
                images.Validation, [.. Curve.Append(threshold).Distinct().Order().Select(tried => (Thresholds)tried)]),
            trainer.Evaluate(images.Validation),
            threshold);
        var scores = ScoreHistograms.Draw(model, threshold);
        var weights = WeightMatrices.Draw(model, threshold);
        foreach (var (name, chart) in new[] { ("training", curves), ("pruning", pruning), ("scores", scores), ("weights", weights) })
        {
            chart.SavePng(Path.Combine(folder, name + ".png"));
            chart.SaveSvg(Path.Combine(folder, name + ".svg"));
        }

        var chosen = summary.Thresholds.Single(row => row.Threshold == threshold);
        var recipe = Recipe.For(options);
        new RunReport("A Bayesian neural network that reads images")
        {
            Summary = $"A convolutional network with a SparseDropout posterior, trained on images ({summary.Data}) and pruned.",
        }
            .Trained(model, training)
            .Figures(
                ("test accuracy", Percent(summary.TestAccuracy)),
                ("after pruning", Percent(chosen.Accuracy)),
                ("weights pruned", Percent(chosen.PartPruned)),
                ("compression",
                    Text($"{(double)chosen.AllWeights / Math.Max(1, chosen.AllWeights - chosen.BayesianWeights + chosen.Kept):F1} \u00D7")),
                ("seconds", Text($"{summary.Seconds:F0}")))
            .Heading("Settings")
            .Facts(
                ("data", Text($"{summary.Data}: {images.Train.Count:N0} for training, {images.Validation.Count:N0} for validation, {images.Test.Count:N0} for testing")),
                ("training", Text($"{recipe.Epochs} epochs of batches of {recipe.BatchSize}, {options.Samples} draw{(options.Samples == 1 ? "" : "s")} in each step")),
                ("learning rate", Text($"Adam, {recipe.LearningRate} for all parameters, falling from half-way on")),
                ("beta", Text($"rises to {recipe.Beta} over {recipe.WarmUp} epochs, then plateau schedules")),
                ("seed", Text($"{options.Seed}")),
                ("device", model.Arena.Device.ToString()))
            .Heading("Training")
            .Chart(curves)
            .Heading("Pruning")
            .Text($"A weight is kept where its score is at least the threshold. {Chosen(options, threshold)}")
            .Table(
                ["threshold", "test accuracy", "weights kept", "part pruned"],
                [
                    ["no pruning", Percent(summary.TestAccuracy), Text($"{chosen.AllWeights:N0}"), Percent(0)],
                    .. summary.Thresholds.Select(row => (IReadOnlyList<string>)
                    [
                        Text($"{row.Threshold:0.0#}"), Percent(row.Accuracy), Text($"{row.AllWeights - row.BayesianWeights + row.Kept:N0}"),
                        Percent(row.PartPruned),
                    ]),
                ],
                emphasized: 1 + summary.Thresholds.ToList().IndexOf(chosen))
            .Chart(pruning, pruning.Description + " On the validation data; each point has its threshold beside it.")
            .Chart(scores)
            .Chart(weights)
            .Heading("Answers")
            .Text($"Images of the test data, and what {Answers.Draws} pruned networks drawn from the posterior read in them: first those that they get wrong, "
                + "among the first five hundred. The confidence is their mean probability; the epistemic part of the entropy is what they disagree on.")
            .Examples(Answers.Of(model, images.Test, images.ClassNames, threshold))
            .Save(Path.Combine(folder, "report.html"));
        Console.WriteLine($"{Path.Combine(folder, "report.html")} shows the run on one page");
    }

    private static string Chosen(Options options, double threshold) => options.Threshold is null
        ? Text($"The highest threshold that costs next to nothing on the validation data is {threshold:0.0#}.")
        : Text($"The threshold {threshold:0.0#} was given.");

    private static string Percent(double part) => Text($"{part * 100:F2} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
