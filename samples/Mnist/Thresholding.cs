using System.Diagnostics;
using BayesGen;
using BayesGen.Compression;
using BayesGen.Data;
using Spectre.Console;

namespace MnistSample;

/// <summary>How much can be pruned? Evaluates thresholds without modifying the model.</summary>
public static class Thresholding
{
    /// <summary>What pruning may cost on the validation data, as a part of 1.</summary>
    private const double Tolerance = 0.001;

    /// <summary>The thresholds to choose from, tried from the highest down. The score is -log alpha.</summary>
    private static readonly IReadOnlyList<double> Grid = [.. Enumerable.Range(0, 29).Select(i => 3 - i * 0.25)];

    /// <summary>Thresholds that the table always shows.</summary>
    private static readonly IReadOnlyList<double> Shown = [-4, -3, -2, -1, 0];

    /// <summary>The highest threshold that costs no more than the tolerance on data that neither trained nor tests.</summary>
    public static double Choose(BayesianClassifier model, TensorDataSet validation)
    {
        var choice = model.ChooseThreshold(validation, Tolerance, new ThresholdOptions { Candidates = Grid });
        Console.WriteLine($"threshold {choice.Threshold:0.0#}, chosen on {validation.Count:N0} validation examples: "
            + $"at most {Tolerance:P1} below the accuracy {choice.Unpruned:P2} without pruning");
        return choice.Threshold;
    }

    /// <summary>Evaluates on the test data at the given threshold and at those that are always shown, and stops the clock.</summary>
    public static Summary Evaluate(VariationalTrainer trainer, TensorDataSet test, double threshold, DataName data, Stopwatch clock)
    {
        var unpruned = trainer.Evaluate(test);
        var rows = new List<ThresholdRow>();
        foreach (var tried in Shown.Append(threshold).Distinct().Order())
        {
            var result = trainer.Evaluate(test, tried);
            rows.Add(new ThresholdRow(
                tried, result.Accuracy, result.Pruning.Kept, result.Pruning.BayesianWeights, result.Pruning.AllWeights));
        }

        clock.Stop();
        return new Summary(Options.NameOf(data), clock.Elapsed.TotalSeconds, unpruned.Accuracy, threshold, rows);
    }

    public static void Print(Summary summary)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("threshold");
        foreach (var heading in (string[])["test accuracy", "weights kept", "part pruned"])
            table.AddColumn(new TableColumn(heading).RightAligned());
        table.AddRow("no pruning", $"{summary.TestAccuracy:P2}", $"{summary.Thresholds[0].AllWeights:N0}", $"{0:P1}");
        foreach (var row in summary.Thresholds)
            table.AddRow(
                $"{row.Threshold:0.0#}{(row.Threshold == summary.Threshold ? "  <- used" : "")}",
                $"{row.Accuracy:P2}",
                $"{row.AllWeights - row.BayesianWeights + row.Kept:N0}",
                $"{row.PartPruned:P1}");
        AnsiConsole.Write(table);
    }
}
