using System.Text.Json;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>How well images of one kind are told from those that were learned.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="AurocByEntropy">The area under the curve by predictive entropy.</param>
/// <param name="AurocByMutualInformation">The same by mutual information; null where a network gives one answer alone.</param>
/// <param name="FalsePositiveRate95">The part of them that passes where 95 % of the known images do, by predictive entropy.</param>
public sealed record OutsideFigures(string Kind, double AurocByEntropy, double? AurocByMutualInformation, double FalsePositiveRate95);

/// <summary>Conformal sets of 90 %.</summary>
/// <param name="Method">How a class is scored.</param>
/// <param name="Coverage">The part of test images whose set holds the class.</param>
/// <param name="MeanSize">The mean number of classes of a set.</param>
public sealed record SetFigures(string Method, double Coverage, double MeanSize);

/// <summary>The same answers at the temperature that the calibration images choose: one number, fitted after the training.</summary>
/// <param name="Temperature">The temperature; below 1 the answers become surer.</param>
/// <param name="Nll">The mean negative log-likelihood, nats.</param>
/// <param name="Ece">The expected calibration error.</param>
public sealed record ScaledFigures(double Temperature, double Nll, double Ece);

/// <summary>What one run reached.</summary>
/// <param name="Accuracy">On the images to judge by.</param>
/// <param name="Nll">The mean negative log-likelihood, nats.</param>
/// <param name="Brier">Summed over classes, 0 to 2.</param>
/// <param name="Ece">The expected calibration error, 15 bins of equal width.</param>
public sealed record Outcome(double Accuracy, double Nll, double Brier, double Ece)
{
    private static readonly JsonSerializerOptions Names =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>See <see cref="Piece.Setting"/>.</summary>
    public string Setting { get; init; } = "";

    /// <summary>At a temperature.</summary>
    public ScaledFigures Scaled { get; init; } = new(double.NaN, double.NaN, double.NaN);

    /// <summary>For each kind of other images.</summary>
    public IReadOnlyList<OutsideFigures> Outside { get; init; } = [];

    /// <summary>For each method of conformal sets.</summary>
    public IReadOnlyList<SetFigures> Sets { get; init; } = [];

    /// <summary>How long the training took.</summary>
    public double TrainingSeconds { get; init; }

    /// <summary>How long all of it took, predictions included.</summary>
    public double Seconds { get; init; }

    /// <summary>The finished outcome of a run by its present setting; null where there is none.</summary>
    public static Outcome? Of(Piece piece, string folder)
    {
        var path = piece.FileIn(folder);
        if (!File.Exists(path))
            return null;
        try
        {
            var outcome = JsonSerializer.Deserialize<Outcome>(File.ReadAllText(path), Names);
            return outcome?.Setting == piece.Setting ? outcome : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it; the file appears whole or not at all.</summary>
    public void Write(string path)
    {
        File.WriteAllText(path + ".part", JsonSerializer.Serialize(this, Names));
        File.Move(path + ".part", path, overwrite: true);
    }

    public override string ToString() => FormattableString.Invariant($"{Accuracy:P2}, NLL {Nll:F4}, ECE {Ece:F4}; ")
        + string.Join(", ", Outside.Select(kind => FormattableString.Invariant($"{kind.Kind} {kind.AurocByEntropy:F3}"))) + "; "
        + string.Join(", ", Sets.Select(set => FormattableString.Invariant($"{set.Coverage:P1} in {set.MeanSize:F2} ({set.Method})")))
        + FormattableString.Invariant($"; {TrainingSeconds:F0} of {Seconds:F0} s");
}
