using System.Text.Json;

namespace BayesGen.Benchmarks.Uci;

/// <summary>Intervals of 90 % of networks that were trained without their calibration rows, means over the networks.</summary>
/// <param name="Kind">What they are made of; <see cref="Plain"/> are the central ones of the prediction.</param>
/// <param name="Coverage">The part of targets that they hold.</param>
/// <param name="Width">Their mean width.</param>
/// <param name="Score">Their interval score: width, and what is missed counted twenty times; less is better.</param>
public sealed record IntervalFigures(string Kind, double Coverage, double Width, double Score)
{
    /// <summary>The kind of those that were not calibrated.</summary>
    public const string Plain = "plain";

    /// <summary>The means of several networks' intervals, kind by kind.</summary>
    public static IReadOnlyList<IntervalFigures> MeanOf(IReadOnlyList<IReadOnlyList<IntervalFigures>> networks) =>
    [
        .. networks[0].Select((one, kind) => new IntervalFigures(
            one.Kind, networks.Average(of => of[kind].Coverage), networks.Average(of => of[kind].Width),
            networks.Average(of => of[kind].Score))),
    ];
}

/// <summary>What a method reached on a split, in the units of the table.</summary>
/// <param name="Setting">The version of the setting.</param>
/// <param name="Rmse">The root mean squared error of the predictive mean.</param>
/// <param name="Nll">The mean negative log density of the targets, nats.</param>
/// <param name="Coverage95">The part of targets in the central 95 % interval of the prediction.</param>
/// <param name="Width95">Its mean width.</param>
/// <param name="Intervals">The plain ones and conformal ones of each kind, means over calibration parts.</param>
/// <param name="Seconds">How long it took, trainings and predictions.</param>
public sealed record SplitOutcome(
    string Setting, double Rmse, double Nll, double Coverage95, double Width95, IReadOnlyList<IntervalFigures> Intervals, double Seconds)
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
