using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Networks;

/// <summary>
/// A network whose forward is drawn by chance: convolutions plain, grouped, depthwise and transposed, batch normalization, activations,
/// pooling, sums and concatenations of what came before, then two linear layers. It knows which unit feeds which.
/// </summary>
[Bayesian(Gaussian)]
public sealed class RandomGraph : Module<Tensor, Tensor>
{
    private const int Side = 3;

    private readonly ModuleList<Module<Tensor, Tensor>> layers = new();
    private readonly List<Node> nodes = [new("input", -1, -1, -1)];
    private readonly List<int> channels = [2];

    public RandomGraph(int seed) : base(nameof(RandomGraph))
    {
        var chance = new Random(seed);
        var count = chance.Next(4, 11);
        while (nodes.Count < count)
            Add(chance);
        layers.Add(Linear(channels[^1] * Side * Side, 5));
        layers.Add(Linear(5, 3));
        RegisterComponents();
    }

    public static Tensor Images(long count, long seed = 1)
    {
        using var like = zeros([count, 2, Side, Side], dtype: ScalarType.Float64);
        return new NoiseSource(seed).Normal(like);
    }

    public override Tensor forward(Tensor x)
    {
        List<Tensor> values = [x];
        foreach (var (kind, a, b, layer) in nodes.Skip(1))
            values.Add(kind switch
            {
                "relu" => values[a].relu(),
                "tanh" => values[a].tanh(),
                "pool" => functional.max_pool2d(values[a], 3, 1, 1),
                "add" => values[a] + values[b],
                "cat" => cat([values[a], values[b]], 1),
                _ => layers[layer].call(values[a]),
            });
        var hidden = layers[layers.Count - 2].call(values[^1].flatten(1)).relu();
        return layers[layers.Count - 1].call(hidden);
    }

    /// <summary>Which output unit feeds which input unit, as "layer.unit > layer.input", by the drawn plan alone.</summary>
    public IReadOnlySet<string> Edges()
    {
        var edges = new HashSet<string>();
        List<string[][]> values = [[["input"], ["input"]]];
        foreach (var (kind, a, b, layer) in nodes.Skip(1))
            values.Add(kind switch
            {
                "relu" or "tanh" or "pool" or "norm" => values[a],
                "add" => [.. values[a].Zip(values[b], (one, other) => one.Union(other).ToArray())],
                "cat" => [.. values[a], .. values[b]],
                _ => Through(layer, values[a], edges, channels[values.Count]),
            });
        var flat = values[^1].SelectMany(sources => Enumerable.Repeat(sources, Side * Side)).ToArray();
        var hidden = Through(layers.Count - 2, flat, edges, 5);
        Through(layers.Count - 1, hidden, edges, 3);
        return edges;
    }

    private static string[][] Through(int layer, string[][] inputs, HashSet<string> edges, int outputs)
    {
        for (var i = 0; i < inputs.Length; i++)
            foreach (var source in inputs[i])
                edges.Add($"{source} > layers.{layer}.{i}");
        return [.. Enumerable.Range(0, outputs).Select(unit => new[] { $"layers.{layer}.{unit}" })];
    }

    private void Add(Random chance)
    {
        var a = chance.Next(Math.Max(0, nodes.Count - 3), nodes.Count);
        var (deep, wide) = (channels[a], chance.Next(1, 4));
        switch (chance.Next(9))
        {
            case 0 or 1:
                Add("conv", a, Conv2d(deep, wide, 3, padding: 1, bias: chance.Next(2) == 0), wide);
                break;
            case 2:
                Add("depthwise", a, Conv2d(deep, deep, 3, padding: 1, groups: deep), deep);
                break;
            case 3:
                var groups = deep % 2 == 0 ? 2 : 1;
                Add("grouped", a, Conv2d(deep, 2 * groups, 1, groups: groups), 2 * groups);
                break;
            case 4:
                Add("transposed", a, ConvTranspose2d(deep, wide, 3, padding: 1), wide);
                break;
            case 5:
                Add("norm", a, BatchNorm2d(deep), deep);
                break;
            case 6:
                Add(chance.Next(3) switch { 0 => "relu", 1 => "tanh", _ => "pool" }, a, null, deep);
                break;
            case 7:
                List<int> alike = [.. Enumerable.Range(0, nodes.Count).Where(node => channels[node] == deep)];
                nodes.Add(new("add", a, alike[chance.Next(alike.Count)], -1));
                channels.Add(deep);
                break;
            default:
                var b = chance.Next(nodes.Count);
                nodes.Add(new("cat", a, b, -1));
                channels.Add(deep + channels[b]);
                break;
        }
    }

    private void Add(string kind, int a, Module<Tensor, Tensor>? layer, int wide)
    {
        if (layer is not null)
            layers.Add(layer);
        nodes.Add(new(kind, a, -1, layer is null ? -1 : layers.Count - 1));
        channels.Add(wide);
    }

    private sealed record Node(string Kind, int A, int B, int Layer);
}
