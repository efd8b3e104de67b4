namespace BayesGen.Benchmarks.Uci;

/// <summary>The table, a part for each set.</summary>
public static class Report
{
    public static void Print(IReadOnlyList<Summary> summaries, TextWriter to)
    {
        foreach (var set in summaries.GroupBy(summary => summary.Set))
        {
            to.WriteLine();
            to.WriteLine($"| {set.Key} | splits | RMSE | NLL | 95 % band holds | 90 % conformal holds | seconds a split |");
            to.WriteLine("|---|---|---|---|---|---|---|");
            foreach (var one in set)
                to.WriteLine(
                    FormattableString.Invariant($"| {one.Method} | {one.Splits} | {one.Rmse:G4} +- {one.RmseSe:G2} ")
                    + FormattableString.Invariant($"| {one.Nll:F3} +- {one.NllSe:F3} | {one.Coverage95:P1} | {one.Conformal90:P1} ")
                    + FormattableString.Invariant($"| {one.Seconds:F0} |"));
            foreach (var known in Published.Of(set.Key))
                to.WriteLine(FormattableString.Invariant($"| {known.Source} | | {known.Rmse:G4} | {known.Nll:F2} | | | |"));
            to.WriteLine();
            to.WriteLine($"| {set.Key}: 90 % intervals hold, width, interval score (plain: 1) |"
                + string.Concat(set.First().Intervals.Select(figures => $" {figures.Kind} |")));
            to.WriteLine("|---|" + string.Concat(set.First().Intervals.Select(_ => "---|")));
            foreach (var one in set)
                to.WriteLine($"| {one.Method} |" + string.Concat(one.Intervals.Select(figures =>
                    FormattableString.Invariant($" {figures.Coverage:P1}, {figures.Width:F2}, {figures.Score:F2} |"))));
        }

        to.WriteLine();
    }
}
