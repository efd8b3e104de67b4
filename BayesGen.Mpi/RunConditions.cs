using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using BayesGen.Data;
using BayesGen.Mpi.Shards;
using BayesGen.Serialization;
using BayesGen.Training;

namespace BayesGen.Mpi;

/// <summary>What all ranks of a training must have in common, compared when it begins.</summary>
internal static class RunConditions
{
    private const int LongestValue = 200;

    /// <summary>What is looked at, with a word for it and what it is here.</summary>
    public static List<(string Name, string Value)> Of(
        TrainingSetup setup, TrainerState state, MpiGroup group, ShardTree tree, BatchSource train, BatchSource? validation) =>
        [
            ("MpiOptions.Mode", group.Options.Mode.ToString()),
            ("MpiOptions.Shards", Written(group.Options.Mode == MpiMode.Exact ? tree.Shards : 0)),
            ("MpiOptions.Threads", Written(group.Options.Threads)),
            .. RunFingerprint.Of(setup).Where(condition => condition.Name != RunFingerprint.Device),
            (RunFingerprint.Device, RankDevice.NameOf((setup.Options.Device ?? setup.Arena.Device).type, RankDevice.Models())),
            ("the beta schedule", setup.BetaName),
            ("the place in the training", $"step {state.StepsDone}, epoch {state.EpochsDone}, beta {Written(state.Beta)}"),
            ("the state of the optimizer", OfOptimizer(state)),
            ("the layout of the network", OfNetwork(setup)),
            ("the number of training examples", Written(state.Examples ?? -1)),
            ("the training data", OfData(train)),
            ("the validation data", validation is null ? "none" : OfData(validation)),
            ("the program", Code(Assembly.GetEntryAssembly())),
            ("BayesGen", Code(typeof(TrainerOptions).Assembly)),
            ("BayesGen.Mpi", Code(typeof(RunConditions).Assembly)),
        ];

    /// <summary>As text, one line for each: short enough that none is cut off on the way.</summary>
    public static string Written(IEnumerable<(string Name, string Value)> conditions) =>
        string.Join('\n', conditions.Select(condition => $"{condition.Name}\t{Shortened(condition.Value.ReplaceLineEndings(" "))}"));

    /// <summary>A long value, such as the keys of all frozen weights, by its beginning and its hash.</summary>
    private static string Shortened(string value) => value.Length <= LongestValue
        ? value
        : $"{value[..LongestValue]}... ({Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(value)))[..16]})";

    /// <summary>The first rank that differs from rank 0, and in what; null where none does.</summary>
    public static (int Rank, string What)? Difference(IReadOnlyList<string> texts)
    {
        var first = texts[0].Split('\n');
        for (var rank = 1; rank < texts.Count; rank++)
        {
            if (texts[rank] == texts[0])
                continue;
            var others = texts[rank].Split('\n').Zip(first)
                .Where(pair => pair.First != pair.Second)
                .Select(pair => Words(pair.First, pair.Second));
            return (rank,
                $"Rank {rank} of {texts.Count} does not train what rank 0 does: {string.Join("; ", others)}. "
                + "Give every rank the same program, data, options and checkpoint. Nothing was trained and nothing overwritten.");
        }

        return null;
    }

    private static string Words(string mine, string ofFirst)
    {
        var (here, there) = (mine.Split('\t'), ofFirst.Split('\t'));
        return $"{here[0]} is {here[^1]}, and on rank 0 {there[^1]}";
    }

    private static string OfData(BatchSource source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var whole = source.Whole;
        foreach (var tensor in whole)
            Append(hash, tensor);
        return whole.Count == 0 ? "not known before it is enumerated" : Short(hash);
    }

    private static string OfNetwork(TrainingSetup setup)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, tensor) in setup.Arena.LiveState())
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{key} {tensor.dtype} [{string.Join(",", tensor.shape)}]\n"));
        return Short(hash);
    }

    /// <summary>Empty of an optimizer whose state cannot be read, which then cannot be resumed either.</summary>
    private static string OfOptimizer(TrainerState state)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var content = new CheckpointContent();
        try
        {
            state.Steps!.RequireState();
        }
        catch (NotSupportedException)
        {
            return "";
        }

        state.Steps.Save(content);
        foreach (var (key, value) in content.Values.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{key}={value}\n"));
        foreach (var (_, tensor) in content.Tensors.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            Append(hash, tensor);
        return Short(hash);
    }

    private static void Append(IncrementalHash hash, Tensor tensor)
    {
        using var plain = tensor.detach();
        using var onCpu = plain.to(CPU);
        using var dense = onCpu.contiguous();
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{tensor.dtype} [{string.Join(",", tensor.shape)}]\n"));
        TensorBytes.Each(dense, piece => hash.AppendData(piece));
    }

    private static string Short(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset())[..16];

    private static string Code(Assembly? assembly) => assembly?.ManifestModule.ModuleVersionId.ToString() ?? "unknown";

    private static string Written<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
