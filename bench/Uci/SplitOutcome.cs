using System.Text.Json;

namespace BayesGen.Benchmarks.Uci;

/// <summary>What a method reached on a split, in the units of the table.</summary>
/// <param name="Setting">The version of the setting.</param>
/// <param name="Rmse">The root mean squared error of the predictive mean.</param>
/// <param name="Nll">The mean negative log density of the targets, nats.</param>
/// <param name="Coverage95">The part of targets in the central 95 % interval of the prediction.</param>
/// <param name="Width95">Its mean width.</param>
/// <param name="Conformal90">The part of targets in the 90 % conformal interval.</param>
/// <param name="ConformalWidth90">Its mean width.</param>
/// <param name="Plain90">The part of targets in the central 90 % interval of that network.</param>
/// <param name="PlainWidth90">Its mean width.</param>
/// <param name="Seconds">How long it took, both trainings and predictions.</param>
public sealed record SplitOutcome(
    string Setting, double Rmse, double Nll, double Coverage95, double Width95, double Conformal90, double ConformalWidth90, double Plain90,
    double PlainWidth90, double Seconds)
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>A finished outcome of the present setting; null where there is none.</summary>
    public static SplitOutcome? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<SplitOutcome>(File.ReadAllText(path), Names) is { Setting: Uci.Setting.Version } outcome
                ? outcome
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it; the file appears whole or not at all.</summary>
    public void Write(string path)
    {
        var part = path + ".part";
        File.WriteAllText(part, JsonSerializer.Serialize(this, Names));
        File.Move(part, path, overwrite: true);
    }
}
