using BayesGen.Datasets;

namespace BayesGen.Benchmarks.Compression;

/// <summary>Trains the rows of one network and prints what is left of it beside what the papers report.</summary>
internal static class UnitTable
{
    /// <param name="network">The name of the network.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="mnist">The images.</param>
    /// <param name="seeds">One training for each.</param>
    /// <param name="epochs">Passes over the training data, or null for those of the rows.</param>
    public static void Print(string network, IReadOnlyList<UnitRow> rows, TrainTest mnist, IReadOnlyList<int> seeds, int? epochs)
    {
        var lines = new List<string>();
        foreach (var row in rows.Select(row => epochs is { } given ? row with { Epochs = given } : row))
        {
            List<UnitRun> runs = [.. seeds.Select(seed => row.Train(seed, mnist))];
            var threshold = row.Choose(runs);
            foreach (var (seed, run) in seeds.Zip(runs))
            {
                run.Finish(threshold, row, seed);
                Console.WriteLine($"{network} {row.Family} seed {seed}: {run}");
            }

            lines.Add(
                $"| {row.Family}, threshold {threshold:0.##} | {string.Join(", ", runs.Select(run => run.Structure))} "
                + $"| {Mean(run => run.Structure.WeightRatio):F1} | {Mean(run => run.Structure.MacRatio):F1} "
                + $"| {100 * Mean(run => run.FineTuned):F2} ({100 * Mean(run => run.Masked):F2} before fine-tuning, "
                + $"{100 * Mean(run => run.Unpruned):F2} whole) | {100 * Mean(run => run.Rounded):F2} | {Mean(run => run.Seconds):F0} "
                + $"| {Mean(run => run.Maximum):F0} |");
            double Mean(Func<UnitRun, double> number) => runs.Average(number);
            runs.ForEach(run => run.Dispose());
        }

        Console.WriteLine();
        Console.WriteLine(
            $"| {network}, {seeds.Count} seeds | units kept | weights, x fewer | multiplications, x fewer | error, % | rounded, % | seconds "
            + "| bytes, x fewer |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        lines.ForEach(Console.WriteLine);
        foreach (var published in UnitRow.Published(network))
            Console.WriteLine(published);
        Console.WriteLine();
    }
}
