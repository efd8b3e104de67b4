using System.Text.Json;
using BayesGen.Conformal;

namespace BayesGen.Benchmarks.Uci;

/// <summary>A method on a set: means over splits and their standard errors, in the units of the table.</summary>
public sealed record Summary(
    string Set, string Method, int Splits, double Rmse, double RmseSe, double Nll, double NllSe, double Coverage95, double Conformal90)
{
    private static readonly JsonSerializerOptions Names =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>
    /// For each kind of 90 % intervals: coverage, and width and interval score as parts of those of the plain intervals of the same
    /// network.
    /// </summary>
    public IReadOnlyList<IntervalFigures> Intervals { get; init; } = [];

    /// <summary>The mean time of a split, seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>The kind of intervals where none is asked for.</summary>
    private static string Usual { get; } = new ConformalIntervalOptions().Method.ToString();

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
                outcomes.Average(one => one.Coverage95), outcomes.Average(one => Of(one, Usual).Coverage))
            {
                Intervals = [.. outcomes[0].Intervals.Select(figures => MeanOf(outcomes, figures.Kind))],
                Seconds = outcomes.Average(one => one.Seconds),
            },
    ];

    private static IntervalFigures Of(SplitOutcome outcome, string kind) => outcome.Intervals.First(figures => figures.Kind == kind);

    private static IntervalFigures MeanOf(IReadOnlyList<SplitOutcome> outcomes, string kind) => new(
        kind,
        outcomes.Average(one => Of(one, kind).Coverage),
        outcomes.Average(one => Of(one, kind).Width / Of(one, IntervalFigures.Plain).Width),
        outcomes.Average(one => Of(one, kind).Score / Of(one, IntervalFigures.Plain).Score));

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
