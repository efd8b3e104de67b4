using System.Text.Json;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>A method on a set: means over seeds.</summary>
/// <param name="Set">The archive that it learned.</param>
/// <param name="Method">The method, with what it was told.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="Mean">The means.</param>
/// <param name="Runs">What they are the means of, by seed.</param>
public sealed record Summary(string Set, string Method, int Epochs, Outcome Mean, IReadOnlyDictionary<int, Outcome> Runs)
{
    private static readonly JsonSerializerOptions Names =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Of the runs that are finished in a folder.</summary>
    public static IReadOnlyList<Summary> Of(IReadOnlyList<Piece> pieces, string folder) =>
    [
        .. from runs in pieces.GroupBy(piece => (piece.Set, piece.Name, piece.Epochs))
            let outcomes = (from run in runs
                let outcome = Outcome.Of(run, folder)
                where outcome is not null
                select (run.Seed, outcome)).ToDictionary(one => one.Seed, one => one.outcome)
            where outcomes.Count > 0
            select new Summary(runs.Key.Set, runs.Key.Name, runs.Key.Epochs, MeanOf([.. outcomes.Values]), outcomes),
    ];

    /// <summary>Writes a list of them.</summary>
    public static void Write(string path, IReadOnlyList<Summary> summaries)
    {
        File.WriteAllText(path + ".part", JsonSerializer.Serialize(summaries, Names));
        File.Move(path + ".part", path, overwrite: true);
    }

    private static Outcome MeanOf(IReadOnlyList<Outcome> runs) => new(
        runs.Average(run => run.Accuracy), runs.Average(run => run.Nll), runs.Average(run => run.Brier), runs.Average(run => run.Ece))
    {
        Scaled = new ScaledFigures(
            runs.Average(run => run.Scaled.Temperature), runs.Average(run => run.Scaled.Nll), runs.Average(run => run.Scaled.Ece)),
        Outside =
        [
            .. runs[0].Outside.Select((kind, i) => new OutsideFigures(
                kind.Kind,
                runs.Average(run => run.Outside[i].AurocByEntropy),
                runs.Average(run => run.Outside[i].AurocByMutualInformation),
                runs.Average(run => run.Outside[i].FalsePositiveRate95))),
        ],
        Sets =
        [
            .. runs[0].Sets.Select((set, i) => new SetFigures(
                set.Method, runs.Average(run => run.Sets[i].Coverage), runs.Average(run => run.Sets[i].MeanSize))),
        ],
        TrainingSeconds = Math.Round(runs.Average(run => run.TrainingSeconds), 1),
        Seconds = Math.Round(runs.Average(run => run.Seconds), 1),
    };
}
