using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Structure;

/// <summary>A layer while a network is probed: its units, where they lie in its tensors, and its calls.</summary>
internal sealed class ProbedLayer
{
    private readonly int _spatial;

    private ProbedLayer(nn.Module module, string key, UnitLayerKind kind, long inputs, long outputs, int spatial = 0)
    {
        (Module, Key, Kind, Inputs, Outputs, _spatial) = (module, key, kind, (int)inputs, (int)outputs, spatial);
        Zeros = new((int)inputs);
    }

    public nn.Module Module { get; }

    public string Key { get; }

    public UnitLayerKind Kind { get; }

    public int Inputs { get; }

    public int Outputs { get; }

    public int Groups { get; private init; } = 1;

    public long KernelSize { get; private init; } = 1;

    public ProbedWeight? Weight { get; private set; }

    public ProbedWeight? Bias { get; private set; }

    /// <summary>Whether another layer has the same weight.</summary>
    public bool IsTied { get; set; }

    /// <summary>Whether some call put out something that does not grow with the number of examples.</summary>
    public bool IsUnbatched { get; set; }

    /// <summary>What went in and came out for one example, call by call.</summary>
    public List<ProbedCall> Calls { get; } = [];

    /// <summary>Which of its input units were zero.</summary>
    public InputZeros Zeros { get; }

    /// <summary>Whether it puts out units of its own.</summary>
    public bool HasUnits => Kind is not (UnitLayerKind.PerChannel or UnitLayerKind.Other);

    /// <summary>Whether its output units are followed: each of them is put out again for each example.</summary>
    public bool IsProducer => HasUnits && !IsUnbatched && Calls.Count > 0;

    /// <summary>Whether its input units are looked at.</summary>
    public bool IsReader => Kind is not (UnitLayerKind.Embedding or UnitLayerKind.Other) && !IsUnbatched;

    /// <summary>The layers of a network that have weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights.</param>
    public static IReadOnlyList<ProbedLayer> Of(nn.Module network, IReadOnlyList<ProbedWeight> weights)
    {
        var byAddress = new Dictionary<nint, ProbedWeight>();
        foreach (var weight in weights)
            byAddress.TryAdd(weight.Address, weight);
        var layers = new List<ProbedLayer>();
        foreach (var (name, module) in network.named_modules().Prepend(("", network))
            .DistinctBy(entry => entry.Item2, (IEqualityComparer<nn.Module>)ReferenceEqualityComparer.Instance))
        {
            List<(string Name, ProbedWeight Weight)> own = [.. module.named_parameters(recurse: false)
                .Where(entry => entry.parameter.numel() > 0)
                .Select(entry => (entry.name, byAddress.GetValueOrDefault(TensorMemory.AddressOf(entry.parameter))!))
                .Where(entry => entry.Item2 is not null)];
            if (own.Count == 0)
                continue;
            var first = own.Select(entry => entry.Weight).FirstOrDefault(weight => ReferenceEquals(weight.Layer, module));
            if (Of(module, first?.LayerKey ?? name) is not { } layer)
                continue;
            layer.Weight = own.FirstOrDefault(entry => entry.Name == "weight").Weight;
            layer.Bias = own.FirstOrDefault(entry => entry.Name == "bias").Weight;
            layers.Add(layer);
        }

        foreach (var tied in layers
            .SelectMany(layer => new[] { layer.Weight, layer.Bias }
                .OfType<ProbedWeight>()
                .Select(weight => (Layer: layer, Weight: weight)))
            .GroupBy(pair => pair.Weight)
            .Where(group => group.Count() > 1))
        {
            foreach (var (layer, _) in tied)
                layer.IsTied = true;
        }

        return layers;
    }

    /// <summary>The dimension of an input along which units lie.</summary>
    public int InputAxis(Tensor input) => AxisOf(input);

    /// <summary>The dimension of an output along which units lie.</summary>
    public int OutputAxis(Tensor output) => AxisOf(output);

    /// <summary>What is read off the layer in the end.</summary>
    public UnitLayer Describe() => new(Key, Kind, Inputs, Outputs)
    {
        WeightKey = Weight?.Key,
        BiasKey = Bias?.Key,
        IsTied = IsTied,
        Groups = Groups,
        KernelSize = KernelSize,
        Positions = Calls.Sum(call => call.Positions),
        Weights = HasUnits ? Weight?.Count ?? 0 : 0,
    };

    /// <summary>The layer, where it is of a kind that has units or that may stand in their way; else null.</summary>
    private static ProbedLayer? Of(nn.Module module, string key)
    {
        // A class of a user's own may do more in its forward than the layer it derives from.
        var isTorch = module.GetType().Assembly == typeof(Linear).Assembly;
        switch (module)
        {
            case Linear linear when isTorch:
                return new(module, key, UnitLayerKind.Linear, linear.weight!.shape[1], linear.weight.shape[0]);
            case Convolution convolution when isTorch:
                var (shape, groups, spatial) = (convolution.weight.shape, convolution.groups, convolution.kernel_size.Length);
                var kernel = shape[2..].Aggregate(1L, (all, size) => all * size);
                return module is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d
                    ? new(module, key, UnitLayerKind.TransposedConvolution, shape[0], shape[1] * groups, spatial)
                    {
                        Groups = (int)groups,
                        KernelSize = kernel,
                    }
                    : new(module, key, UnitLayerKind.Convolution, shape[1] * groups, shape[0], spatial)
                    {
                        Groups = (int)groups,
                        KernelSize = kernel,
                    };
            case Embedding when isTorch:
                var words = module.named_parameters(recurse: false).First().parameter.shape;
                return new(module, key, UnitLayerKind.Embedding, words[0], words[1]);
            case NormBase or GroupNorm or LayerNorm or PReLU when isTorch:
                var own = module.named_parameters(recurse: false).First().parameter;
                return own.dim() == 1 && own.numel() > 1
                    ? new(module, key, UnitLayerKind.PerChannel, own.numel(), own.numel())
                    : null;
            default:
                return module.named_children().Any() || module.named_parameters(recurse: false).All(entry => entry.parameter.numel() == 1)
                    ? null
                    : new(module, key, UnitLayerKind.Other, 0, 0);
        }
    }

    private int AxisOf(Tensor tensor) => Module is NormBase or GroupNorm or PReLU ? 1 : (int)tensor.dim() - 1 - _spatial;
}

/// <summary>One call of a layer for one example.</summary>
/// <param name="Input">What went in; its first dimension counts the parts of the example. Null where it is not read.</param>
/// <param name="Output">What came out, alike.</param>
/// <param name="Positions">How often each weight was used.</param>
internal sealed record ProbedCall(Tensor? Input, Tensor Output, long Positions);
