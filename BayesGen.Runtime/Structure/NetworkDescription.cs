using System.Globalization;
using BayesGen.Variational;

namespace BayesGen.Structure;

/// <summary>What a Bayesian neural network is made of, as it was built; see <see cref="DescriptionExtensions.Describe"/>.</summary>
/// <param name="Weights">Every weight tensor in the order of the network; tied ones once.</param>
/// <param name="Layers">Every layer that has weights.</param>
public sealed record NetworkDescription(IReadOnlyList<WeightDescription> Weights, IReadOnlyList<LayerDescription> Layers)
{
    /// <summary>The number of weights with a posterior.</summary>
    public long BayesianCount => CountOf(WeightRole.Bayesian);

    /// <summary>The number of weights that are trained as plain numbers.</summary>
    public long DeterministicCount => CountOf(WeightRole.Deterministic);

    /// <summary>The number of weights that are not trained.</summary>
    public long FrozenCount => CountOf(WeightRole.Frozen);

    /// <summary>The number of all weights.</summary>
    public long TotalCount => Weights.Sum(weight => weight.Count);

    /// <summary>The memory of all posterior parameters, in bytes; that of gradients and of the optimizer's state comes on top.</summary>
    public long PosteriorBytes => Weights.Sum(weight => weight.PosteriorBytes);

    /// <summary>A table of the weights, one of the layers, and the totals, for people to read.</summary>
    public override string ToString() => string.Join(
        '\n',
        [
            .. WeightTable(),
            "",
            .. Table(
                ["layer", "class", "estimator", "prior"],
                Layers.Select(layer => new[]
                {
                    layer.Key.Length == 0 ? "(the network)" : layer.Key,
                    layer.Class,
                    layer.Estimator?.ToString() ?? "none",
                    layer.Priors.Count == 0 ? "none" : string.Join(", ", layer.Priors),
                })),
            "",
            $"{Text(TotalCount)} weights: {Text(BayesianCount)} Bayesian, {Text(DeterministicCount)} deterministic, {Text(FrozenCount)} frozen; "
                + $"{Text(PosteriorBytes)} bytes of posterior",
        ]);

    /// <summary>A table of the weights, with their units where a family has numbers for some.</summary>
    private IEnumerable<string> WeightTable()
    {
        var hasUnits = Weights.Any(weight => weight.Units is not null);
        string[] units = hasUnits ? ["units"] : [];
        return Table(
            ["weight", "posterior", "shape", "count", .. units, "bytes of posterior", "tied with"],
            Weights.Select(weight => (string[])
            [
                weight.Key,
                PosteriorOf(weight),
                weight.Shape.Count == 0 ? "scalar" : string.Join('x', weight.Shape),
                Text(weight.Count),
                .. units.Select(_ => weight.Units is { } count ? Text(count) : ""),
                Text(weight.PosteriorBytes),
                string.Join(", ", weight.TiedWith),
            ]));
    }

    private static string PosteriorOf(WeightDescription weight) => weight switch
    {
        { Family: null } => weight.Role.ToString().ToLowerInvariant(),
        { Role: WeightRole.Frozen } => $"{weight.Family}, frozen",
        { FrozenParameters.Count: > 0 } => $"{weight.Family}, {string.Join(", ", weight.FrozenParameters)} frozen",
        _ => weight.Family,
    };

    private long CountOf(WeightRole role) => Weights.Where(weight => weight.Role == role).Sum(weight => weight.Count);

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Rows in columns as wide as what is in them; columns of numbers end at the right.</summary>
    private static IEnumerable<string> Table(string[] head, IEnumerable<string[]> rows)
    {
        List<string[]> lines = [head, .. rows];
        var widths = head.Select((_, column) => lines.Max(line => line[column].Length)).ToList();
        return lines.Select(line => string.Join("  ", line.Select((cell, column) =>
            head[column] is "count" or "units" or "bytes of posterior"
                ? cell.PadLeft(widths[column])
                : cell.PadRight(widths[column]))).TrimEnd());
    }
}

/// <summary>One weight tensor of a <see cref="NetworkDescription"/>.</summary>
/// <param name="Key">Its key in the state.</param>
/// <param name="Role">What became of it.</param>
/// <param name="Family">The name of its posterior family, which a weight that was frozen later keeps; null where it has none.</param>
/// <param name="TiedWith">The keys of the other places in the network where the same weight is used; mostly none.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Count">The number of weights in it.</param>
/// <param name="Dtype">The type of its numbers.</param>
/// <param name="PosteriorBytes">The memory of its posterior parameters, in bytes; 0 where it has none.</param>
public sealed record WeightDescription(
    string Key,
    WeightRole Role,
    string? Family,
    IReadOnlyList<string> TiedWith,
    IReadOnlyList<long> Shape,
    long Count,
    ScalarType Dtype,
    long PosteriorBytes)
{
    /// <summary>The names of the variational parameters that are frozen for now; mostly none.</summary>
    public IReadOnlyList<string> FrozenParameters { get; init; } = [];

    /// <summary>The number of units that the family has numbers for; null where it has none for units.</summary>
    public long? Units { get; init; }
}

/// <summary>What became of a weight.</summary>
public enum WeightRole
{
    /// <summary>It has a posterior.</summary>
    Bayesian,

    /// <summary>It is trained as a plain number.</summary>
    Deterministic,

    /// <summary>
    /// It is not trained. Either its requires_grad was off when the network was built: then it is a plain number, whatever the annotation
    /// says. Or it was frozen later, and keeps its posterior as it is; see <see cref="BayesianNetworkExtensions.Freeze"/>.
    /// </summary>
    Frozen,
}

/// <summary>One layer of a <see cref="NetworkDescription"/>.</summary>
/// <param name="Key">Its key, which those of its weights begin with; empty for parameters of the network itself.</param>
/// <param name="Class">The name of its class.</param>
/// <param name="Estimator">How the gradients of its posteriors are estimated; null where it has none.</param>
/// <param name="Priors">The priors of its weights as they are now, each once.</param>
public sealed record LayerDescription(string Key, string Class, Estimator? Estimator, IReadOnlyList<Prior> Priors);
