using System.Reflection;
using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Serialization;
using BayesGen.Variational;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Plots;

/// <summary>The numbers of one weight tensor that charts are made of, taken from the network when the chart is asked for.</summary>
/// <param name="Key">The key of the weight.</param>
/// <param name="Rows">Its first dimension.</param>
/// <param name="Columns">All other dimensions together.</param>
/// <param name="Means">The posterior mean of each weight, row by row.</param>
/// <param name="Scores">The score of each weight; all weights of a unit have that of the unit.</param>
/// <param name="Kept">Whether each weight is kept at present.</param>
/// <param name="Threshold">The threshold that would be held against the scores, or null without one.</param>
/// <param name="AxisLabels">What the rows and the columns are.</param>
internal sealed record LayerWeights(
    string Key, int Rows, int Columns, float[] Means, float[] Scores, bool[] Kept, double? Threshold,
    (string Rows, string Columns) AxisLabels)
{
    /// <summary>What has a score of its own: the weights, or the units that they belong to.</summary>
    public required ScoredParts Parts { get; init; }

    /// <summary>What the family says its score is.</summary>
    public required string ScoreName { get; init; }

    /// <summary>Whether a weight would be kept with the threshold.</summary>
    public bool Keeps(int i) => Kept[i] && (Threshold is null || Scores[i] >= Threshold);

    /// <summary>How many weights there are, and how many would be kept with the threshold.</summary>
    public (string Key, long All, long Kept) Count() =>
        (Key, Means.Length, Enumerable.Range(0, Means.Length).LongCount(Keeps));

    /// <summary>
    /// The weights of a network: those of the keys given, else all matrices and filters, else all.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A key is not that of a Bayesian weight, or the network has none, or a threshold fits nothing.
    /// </exception>
    public static IReadOnlyList<LayerWeights> Of(IBayesianNetwork model, Thresholds? thresholds, IReadOnlyList<string>? keys)
    {
        ArgumentNullException.ThrowIfNull(model);
        var arena = model.Arena;
        // It also checks that every threshold means something in this network.
        _ = model.PruneStatistics(thresholds);
        var all = arena.BayesianWeights;
        if (keys?.FirstOrDefault(key => all.All(weight => weight.Key != key)) is { } unknown)
            throw new ArgumentException(
                $"The network has no Bayesian weight '{unknown}'. It has: {string.Join(", ", all.Select(weight => $"'{weight.Key}'"))}.",
                nameof(keys));
        var chosen = keys is not null
            ? [.. keys.Select(key => all.First(weight => weight.Key == key))]
            : all.Where(weight => weight.Shape.Count > 1).ToList();
        if (chosen.Count == 0)
            chosen = [.. all];
        if (chosen.Count == 0)
            throw new ArgumentException("The network has no Bayesian weights, so there is nothing to draw.", nameof(model));
        var masks = arena.StateTensors()
            .Where(entry => entry.Key.EndsWith(".mask", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => entry.Value);
        var classes = model.Describe().Layers.ToDictionary(layer => layer.Key, layer => layer.Class);
        using var scope = NewDisposeScope();
        using var _1 = no_grad();
        return
        [
            .. chosen.Select(weight =>
            {
                var posterior = arena.Posterior<Posterior>(weight.Key);
                var scores = thresholds?.Score == PruningScore.TotalNoise ? posterior.TotalNoiseScore() : posterior.Score();
                using var mask = masks[weight.Key + ".mask"].to(CPU);
                var rows = weight.Shape.Count > 1 ? (int)weight.Shape[0] : 1;
                return new LayerWeights(
                    weight.Key,
                    rows,
                    (int)(weight.Count / rows),
                    Numbers(posterior.Mean()),
                    Numbers(scores.expand([.. weight.Shape])),
                    Truths(mask),
                    ThresholdOf(thresholds, weight),
                    LabelsOf(classes.GetValueOrDefault(LayerOf(weight.Key), ""), weight.Shape))
                {
                    Parts = PartsOf(scores, mask),
                    ScoreName = posterior.GetType().GetCustomAttribute<PosteriorFamilyAttribute>()!.ScoreName,
                };
            }),
        ];
    }

    private static float[] Numbers(Tensor tensor) => [.. tensor.to(ScalarType.Float32).to(CPU).flatten().data<float>()];

    private static bool[] Truths(Tensor tensor) => [.. tensor.flatten().data<bool>()];

    /// <summary>A unit is kept where one of its weights is.</summary>
    private static ScoredParts PartsOf(Tensor scores, Tensor mask)
    {
        long[] within = [.. Enumerable.Range(0, (int)mask.dim()).Where(i => scores.size(i) != mask.size(i)).Select(i => (long)i)];
        return within.Length == 0
            ? new ScoredParts("weights", Numbers(scores), Truths(mask))
            : new ScoredParts("units", Numbers(scores), Truths(mask.to(ScalarType.Int8).amax(within) != 0));
    }

    private static string LayerOf(string key) => key.LastIndexOf('.') is var dot and >= 0 ? key[..dot] : "";

    /// <summary>What the dimensions of a weight mean in a class of layers of TorchSharp.</summary>
    private static (string Rows, string Columns) LabelsOf(string layer, IReadOnlyList<long> shape)
    {
        if (shape.Count < 2)
            return ("", "output");
        var kernel = shape.Count > 2 ? $" \u00D7 {string.Join('\u00D7', shape.Skip(2))} kernel" : "";
        return layer switch
        {
            "ConvTranspose1d" or "ConvTranspose2d" or "ConvTranspose3d" => ("input channel", "output channel" + kernel),
            "Conv1d" or "Conv2d" or "Conv3d" => ("output channel", "input channel" + kernel),
            "Embedding" or "EmbeddingBag" => ("index", "dimension"),
            _ => ("output", shape.Count > 2 ? "all other dimensions" : "input"),
        };
    }

    private static double? ThresholdOf(Thresholds? thresholds, BayesianWeight weight)
    {
        if (thresholds is null)
            return null;
        var byName = thresholds.ToDictionary(entry => entry.Key, entry => entry.Value);
        foreach (var name in (string[])[weight.Key, weight.Family, ""])
            if (byName.TryGetValue(name, out var threshold))
                return threshold;
        return null;
    }
}

/// <summary>What a threshold is held against, each with a score of its own.</summary>
/// <param name="Noun">What they are, in the plural.</param>
/// <param name="Scores">Their scores.</param>
/// <param name="Kept">Whether each is kept at present.</param>
internal sealed record ScoredParts(string Noun, float[] Scores, bool[] Kept);
