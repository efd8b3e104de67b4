using System.Text.Json;

namespace BayesGen.Benchmarks.Uci;

/// <summary>A method on a set: means over splits and their standard errors, in the units of the table.</summary>
public sealed record Summary(
    string Set, string Method, int Splits, double Rmse, double RmseSe, double Nll, double NllSe, double Coverage95, double Conformal90)
{
    private static readonly JsonSerializerOptions Names =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>The mean width of the conformal intervals over that of the plain ones of the same network.</summary>
    public double ConformalWidth { get; init; }

    /// <summary>The part of targets in those plain intervals.</summary>
    public double Plain90 { get; init; }

    /// <summary>The mean time of a split, seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Of the splits that are finished in a folder.</summary>
    public static IReadOnlyList<Summary> Of(Work work, string folder) =>
    [
        .. from pieces in work.Pieces.GroupBy(piece => (piece.Set, piece.Method))
            let outcomes = pieces.Select(piece => SplitOutcome.Read(piece.FileIn(folder))).OfType<SplitOutcome>().ToList()
            where outcomes.Count > 0
            select new Summary(
                pieces.Key.Set, pieces.Key.Method, outcomes.Count,
                outcomes.Average(one => one.Rmse), ErrorOf([.. outcomes.Select(one => one.Rmse)]),
                outcomes.Average(one => one.Nll), ErrorOf([.. outcomes.Select(one => one.Nll)]),
                outcomes.Average(one => one.Coverage95), outcomes.Average(one => one.Conformal90))
            {
                ConformalWidth = outcomes.Average(one => one.ConformalWidth90 / one.PlainWidth90),
                Plain90 = outcomes.Average(one => one.Plain90),
                Seconds = outcomes.Average(one => one.Seconds),
            },
    ];

    /// <summary>Writes a list of them.</summary>
    public static void Write(string path, IReadOnlyList<Summary> summaries)
    {
        File.WriteAllText(path + ".part", JsonSerializer.Serialize(summaries, Names));
        File.Move(path + ".part", path, overwrite: true);
    }

    /// <summary>The standard error of a mean; 0 of one number, for which there is none.</summary>
    private static double ErrorOf(double[] numbers)
    {
        if (numbers.Length < 2)
            return 0;
        var mean = numbers.Average();
        return Math.Sqrt(numbers.Sum(number => (number - mean) * (number - mean)) / (numbers.Length - 1) / numbers.Length);
    }
}
