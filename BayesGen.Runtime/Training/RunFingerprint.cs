using System.Globalization;
using System.Numerics;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>
/// What a training depends on besides its state: options that can be compared, and the machine. Where one differs when a training is
/// resumed, it continues, but not bit for bit as it would have.
/// </summary>
internal static class RunFingerprint
{
    /// <summary>The condition that says where the network computes.</summary>
    public const string Device = "the device";

    private const string Prefix = "condition.";

    /// <summary>
    /// What must not change between two batches of one epoch: the place in the order of the data and the sums hang on it.
    /// </summary>
    private static readonly string[] OfAnEpoch =
    [
        nameof(TrainerOptions.BatchSize), nameof(TrainerOptions.DropLast), nameof(TrainerOptions.Shuffle), nameof(TrainerOptions.Seed),
        nameof(TrainerOptions.Metrics),
    ];

    /// <summary>Names that checkpoints of 0.1.0 have for options of today.</summary>
    private static readonly Dictionary<string, string> FormerNames = new()
    {
        [nameof(TrainerOptions.MaxGradientNorm)] = "MaximalGradientNorm",
    };

    /// <summary>Writes the conditions down.</summary>
    public static void Save(TrainingSetup setup, CheckpointContent content)
    {
        foreach (var (name, value) in Of(setup))
            content.Put(Prefix + name, value);
    }

    /// <summary>The conditions that are not as they were when a checkpoint was written.</summary>
    /// <param name="setup">What is to continue.</param>
    /// <param name="content">The checkpoint.</param>
    /// <param name="isInsideEpoch">Whether it was written inside an epoch.</param>
    /// <returns>A sentence for each, and whether the training cannot continue with it.</returns>
    public static IEnumerable<(string What, bool IsFatal)> Differences(
        TrainingSetup setup, CheckpointContent content, bool isInsideEpoch)
    {
        var saved = content.Under(Prefix);
        foreach (var (name, value) in Of(setup))
            if (Find(name) is { } before && before != value)
                yield return (
                    $"{name} is {value}, and was {before} when the checkpoint was written",
                    isInsideEpoch && OfAnEpoch.Contains(name));

        string? Find(string name) =>
            saved.GetValueOrDefault(name) ?? (FormerNames.TryGetValue(name, out var former) ? saved.GetValueOrDefault(former) : null);
    }

    /// <summary>A likelihood with its numbers where there is one: two of one name may differ in sigma.</summary>
    private static string FitOf(TrainingSetup setup) =>
        setup.Options.Likelihood is { } likelihood ? likelihood.ToString() : setup.Options.FitLoss.Name;

    /// <summary>Each condition with its name.</summary>
    public static IEnumerable<(string Name, string Value)> Of(TrainingSetup setup)
    {
        var options = setup.Options;
        yield return ("Loss", setup.Loss.Name);
        yield return (nameof(options.FitLoss), FitOf(setup));
        yield return (nameof(options.Epochs), options.Epochs is { } epochs ? Written(epochs) : "as many as the data needs");
        yield return (nameof(options.Samples), Written(options.Samples));
        yield return (nameof(options.Antithetic), options.Antithetic ? "on" : "off");
        yield return ("the number of draws at once", Written(setup.SamplesAtOnce));
        yield return (nameof(options.ChannelsLast), options.ChannelsLast switch { null => "where it is faster", true => "on", _ => "off" });
        yield return (nameof(options.LearningRate), Written(options.LearningRate));
        yield return (nameof(options.LearningRateFactors), options.LearningRateFactors is { } factors
            ? string.Join(", ",
                factors.OrderBy(factor => factor.Key, StringComparer.Ordinal).Select(factor => $"{factor.Key} {Written(factor.Value)}"))
            : "those of the families");
        yield return (nameof(options.Bounds), string.Join(", ", options.Bounds
            .OrderBy(bound => bound.Key, StringComparer.Ordinal)
            .Select(bound => $"{bound.Key} {Written(bound.Value.Min)} to {Written(bound.Value.Max)}")));
        yield return (nameof(options.MaxGradientNorm), options.MaxGradientNorm is { } norm ? Written(norm) : "none");
        yield return (nameof(options.DivergenceScale), options.DivergenceScale.ToString());
        yield return (nameof(options.ExampleCount), options.ExampleCount is { } count ? Written(count) : "that of the data");
        yield return (nameof(options.BatchSize), Written(options.BatchSize));
        yield return (nameof(options.DropLast), options.DropLast ? "on" : "off");
        yield return (nameof(options.MicroBatchSize), options.MicroBatchSize is { } part ? Written(part) : "whole batches");
        yield return (nameof(options.LearningRateFactorsOfLayers), string.Join(", ", options.LearningRateFactorsOfLayers
            .OrderBy(factor => factor.Key, StringComparer.Ordinal).Select(factor => $"{factor.Key} {Written(factor.Value)}")));
        yield return (nameof(options.Shuffle), options.Shuffle ? "on" : "off");
        yield return (nameof(options.Seed), Written(options.Seed));
        yield return (nameof(options.Metrics), string.Join(", ", options.Metrics.Select(metric => metric.Name)));
        yield return (nameof(options.EarlyStopping), options.EarlyStopping is { } stopping
            ? $"{stopping.Monitor.Name}, patience {Written(stopping.Patience)}, improvement {Written(stopping.MinimalImprovement)}"
            : "none");
        yield return ("the frozen weights", setup.Arena.Freezing.Keys is { Count: > 0 } frozen ? string.Join(", ", frozen) : "none");
        if (setup.Ivon is { } ivon)
            yield return (
                nameof(IvonOptions), $"rate {Written(ivon.LearningRate)}, decays {Written(ivon.Beta1)} and {Written(ivon.Beta2)}, "
                + $"trust radius {(ivon.TrustRadius is { } radius ? Written(radius) : "none")}");
        yield return ("the number of Torch's threads", Written(get_num_threads()));
        yield return (Device, (options.Device ?? setup.Arena.Device).ToString());
        yield return ("the processor's vector", $"{Vector<byte>.Count} bytes");
        yield return ("the version of TorchSharp", typeof(Tensor).Assembly.GetName().Version?.ToString() ?? "unknown");
    }

    private static string Written<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
