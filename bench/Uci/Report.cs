namespace BayesGen.Benchmarks.Uci;

/// <summary>The table, a part for each set.</summary>
public static class Report
{
    public static void Print(IReadOnlyList<Summary> summaries, TextWriter to)
    {
        foreach (var set in summaries.GroupBy(summary => summary.Set))
        {
            to.WriteLine();
            to.WriteLine($"| {set.Key} | splits | RMSE | NLL | 95 % band holds | 90 % conformal holds | plain 90 % holds "
                + "| width, conformal / plain | seconds a split |");
            to.WriteLine("|---|---|---|---|---|---|---|---|---|");
            foreach (var one in set)
                to.WriteLine(
                    FormattableString.Invariant($"| {one.Method} | {one.Splits} | {one.Rmse:G4} +- {one.RmseSe:G2} ")
                    + FormattableString.Invariant($"| {one.Nll:F3} +- {one.NllSe:F3} | {one.Coverage95:P1} | {one.Conformal90:P1} ")
                    + FormattableString.Invariant($"| {one.Plain90:P1} | {one.ConformalWidth:F2} | {one.Seconds:F0} |"));
            foreach (var known in Published.Of(set.Key))
                to.WriteLine(FormattableString.Invariant($"| {known.Source} | | {known.Rmse:G4} | {known.Nll:F2} | | | | | |"));
        }

        to.WriteLine();
    }
}
