using System.Globalization;
using BayesGen.Serialization;

namespace BayesGen.Compaction;

/// <summary>What a file of a compact network says beside its tensors.</summary>
/// <param name="path">The file.</param>
/// <param name="metadata">Its entries.</param>
internal sealed class CompactHeader(string path, IReadOnlyDictionary<string, string> metadata)
{
    private const string ClassKey = "compact_class";
    private const string PlainKey = "compact_plain";
    private const string LayersKey = "compact_layers";
    private const string GroupsKey = "groups/";
    private const string SizeKey = "size/";

    /// <summary>The class of what was saved.</summary>
    public string Class { get; } = metadata.GetValueOrDefault(ClassKey)
        ?? throw new StateFileException(path, "it holds no compact network; SaveCompact writes one.");

    /// <summary>The class of the plain network within a wrapper, or of the network itself.</summary>
    public string Plain => metadata.GetValueOrDefault(PlainKey) ?? Class;

    /// <summary>Whether it is a Bayesian neural network.</summary>
    public bool IsBayesian => metadata.ContainsKey(PlainKey);

    /// <summary>The groups of convolutions that have several.</summary>
    public Dictionary<string, long> Groups { get; } = metadata
        .Where(entry => entry.Key.StartsWith(GroupsKey, StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[GroupsKey.Length..], entry => long.Parse(entry.Value, CultureInfo.InvariantCulture));

    /// <summary>The entries of a network.</summary>
    /// <param name="network">What is saved.</param>
    /// <param name="plain">The plain network within it, or itself.</param>
    public static SortedDictionary<string, string> Of(nn.Module network, nn.Module plain)
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [ClassKey] = NameOf(network),
            [LayersKey] = LayersOf(plain),
        };
        foreach (var (key, groups) in LayerSizes.GroupsOf(plain))
            entries[GroupsKey + key] = groups.ToString(CultureInfo.InvariantCulture);
        if (ReferenceEquals(network, plain))
            return entries;
        entries[PlainKey] = NameOf(plain);
        foreach (var (key, tensor) in PlainNetwork.StateOf(plain))
            entries[SizeKey + key] = string.Join(',', tensor.shape.Select(size => size.ToString(CultureInfo.InvariantCulture)));
        return entries;
    }

    /// <summary>The name of a class without its namespace.</summary>
    public static string Short(string name) => name[(name.LastIndexOf('.') + 1)..];

    /// <summary>Tensors of zeros of the sizes of the plain network within a wrapper, in the scope of the caller.</summary>
    public Dictionary<string, Tensor> Sizes(nn.Module network)
    {
        var dtype = network.parameters().FirstOrDefault(parameter => parameter.is_floating_point())?.dtype ?? ScalarType.Float32;
        return metadata.Where(entry => entry.Key.StartsWith(SizeKey, StringComparison.Ordinal)).ToDictionary(
            entry => entry.Key[SizeKey.Length..],
            entry => zeros([.. entry.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(size => long.Parse(size, CultureInfo.InvariantCulture))], dtype: dtype, device: CPU));
    }

    /// <summary>Refuses another class than that which was saved.</summary>
    public void RequireClass(nn.Module network) => Require(Class, network);

    /// <summary>Refuses another plain class than that which was wrapped.</summary>
    public void RequirePlain(nn.Module network) => Require(Plain, network);

    /// <summary>Refuses a network of other layers, such as a Sequential with another activation.</summary>
    public void RequireLayers(nn.Module network)
    {
        if (!metadata.TryGetValue(LayersKey, out var written) || LayersOf(network) is var present && present == written)
            return;
        var (saved, made) = (written.Split(' '), LayersOf(network).Split(' '));
        var (gone, more) = (Listed(saved.Except(made)), Listed(made.Except(saved)));
        throw new StateFileException(
            path, $"only its network has {gone}, and only the one that was made has {more}; give a function that makes the same layers.");

        static string Listed(IEnumerable<string> layers) => string.Join(", ", layers.DefaultIfEmpty("nothing"));
    }

    private void Require(string written, nn.Module network)
    {
        if (NameOf(network) != written)
            throw new StateFileException(
                path, $"it holds a compact {written}, and is loaded into a {NameOf(network)}; give a function that makes a {written}.");
    }

    private static string LayersOf(nn.Module network) =>
        string.Join(' ', network.named_modules().Select(entry => $"{PlainNetwork.KeyOf(entry.name)}:{entry.Item2.GetType().Name}"));

    private static string NameOf(nn.Module network) => network.GetType().FullName ?? network.GetType().Name;
}
