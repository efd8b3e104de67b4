using System.Globalization;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>The tables, two for each set.</summary>
public static class Report
{
    public static void Print(IReadOnlyList<Summary> summaries, TextWriter to)
    {
        foreach (var set in summaries.GroupBy(summary => summary.Set))
        {
            var kinds = set.First().Mean.Outside.Select(kind => $" {kind.Kind}, AUROC by entropy / by mutual information |");
            var methods = set.First().Mean.Sets.Select(sets => $" {sets.Method}: coverage, mean size |");
            to.WriteLine();
            to.WriteLine($"| {set.Key} | epochs | seeds | accuracy | NLL | Brier | ECE | temperature: NLL, ECE |{string.Concat(kinds)} training, seconds |");
            to.WriteLine(Rule(9 + set.First().Mean.Outside.Count));
            foreach (var one in set)
                to.WriteLine(
                    Begin(one) + FormattableString.Invariant($" {one.Runs.Count} | {one.Mean.Accuracy:P2} | {one.Mean.Nll:F4} ")
                    + FormattableString.Invariant($"| {one.Mean.Brier:F4} | {one.Mean.Ece:F4} |")
                    + FormattableString.Invariant($" {one.Mean.Scaled.Temperature:F3}: {one.Mean.Scaled.Nll:F4}")
                    + FormattableString.Invariant($", {one.Mean.Scaled.Ece:F4} |")
                    + string.Concat(one.Mean.Outside.Select(Detected))
                    + FormattableString.Invariant($" {one.Mean.TrainingSeconds:F0} |"));
            to.WriteLine();
            to.WriteLine($"| {set.Key}, conformal sets of 90 % | epochs |{string.Concat(methods)}");
            to.WriteLine(Rule(2 + set.First().Mean.Sets.Count));
            foreach (var one in set)
                to.WriteLine(Begin(one) + string.Concat(one.Mean.Sets.Select(sets =>
                    FormattableString.Invariant($" {sets.Coverage:P1}, {sets.MeanSize:F3} |"))));
        }

        to.WriteLine();
    }

    private static string Detected(OutsideFigures kind) => FormattableString.Invariant(
        $" {kind.AurocByEntropy:F3} / {kind.AurocByMutualInformation?.ToString("F3", CultureInfo.InvariantCulture) ?? "none"} |");

    private static string Begin(Summary one) =>
        FormattableString.Invariant($"| {one.Method} | {one.Epochs} |");

    private static string Rule(int columns) => "|" + string.Concat(Enumerable.Repeat("---|", columns));
}
