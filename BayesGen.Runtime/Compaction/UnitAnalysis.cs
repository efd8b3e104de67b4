using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>
/// Follows units through a graph: which belong together, which are constant whatever goes in, and who reads them. What it does not know
/// keeps its units.
/// </summary>
internal sealed class UnitAnalysis
{
    private readonly NetworkGraph _graph;
    private readonly IReadOnlyDictionary<GraphValue, long[]> _shapes;
    private readonly Dictionary<GraphValue, ValueUnits> _values = [];
    private readonly Dictionary<nn.Module, LayerUnits> _layers = new(ReferenceEqualityComparer.Instance);
    private readonly List<UnitReading> _readings = [];
    private readonly HashSet<nint> _tied;

    private UnitAnalysis(NetworkGraph graph, IReadOnlyDictionary<GraphValue, long[]> shapes)
    {
        (_graph, _shapes) = (graph, shapes);
        _tied = TiedLayers.Of(graph);
    }

    public UnitClasses Classes { get; } = new();

    /// <summary>The layers with units, in the order of the graph.</summary>
    public IReadOnlyList<LayerUnits> Layers => [.. _layers.Values];

    /// <summary>Why units of a value stay, by the expression that keeps them.</summary>
    public List<(string Source, string Why)> Kept { get; } = [];

    /// <summary>The classes that stay.</summary>
    public HashSet<int> Live { get; private set; } = [];

    public static UnitAnalysis Of(NetworkGraph graph, IReadOnlyDictionary<GraphValue, long[]> shapes)
    {
        var analysis = new UnitAnalysis(graph, shapes);
        foreach (var node in graph.Nodes)
            analysis.Track(node);
        foreach (var output in graph.Outputs)
            analysis.Pin(output);
        analysis.Live = analysis.Classes.Live(analysis._readings);

        // No layer of Torch has no units: one stays.
        while (analysis._layers.Values.FirstOrDefault(layer => layer.Outputs.All(unit =>
            !analysis.Stays(unit))) is { Outputs: [var first, ..] })
        {
            analysis.Classes.Pin([first]);
            analysis.Live = analysis.Classes.Live(analysis._readings);
        }

        return analysis;
    }

    /// <summary>Whether a unit stays.</summary>
    public bool Stays(int unit) => Live.Contains(Classes.Find(unit));

    private void Track(GraphNode node)
    {
        if (node.Operation is LayerCall layer)
        {
            Track(node, layer);
            return;
        }

        var flow = new UnitFlow(Classes, _shapes, value => _values.GetValueOrDefault(value));
        if (node.Operation is GraphInput or GraphNumber or GraphConstant)
            return;
        if (flow.Track(node) is { } results)
        {
            for (var i = 0; i < results.Count; i++)
                if (results[i] is { } units)
                    _values[new(node.Id, i)] = units;
            return;
        }

        if (node.Inputs.Any(_values.ContainsKey))
            Kept.Add((node.Source, "it does not keep units apart, or names their number"));
        foreach (var input in node.Inputs)
            Pin(input);
    }

    private void Track(GraphNode node, LayerCall call)
    {
        var module = call.Module;
        var value = new GraphValue(node.Id);
        var inputs = node.Inputs.Count == 1 ? _values.GetValueOrDefault(node.Inputs[0]) : null;
        switch (module)
        {
            case Linear or Convolution:
                var axis = module is Linear ? _shapes[value].Length - 1 : _shapes[value].Length - 1 - Spatial((Convolution)module);
                if (inputs is not null && (inputs.Axis != axis || inputs.Units.Length != _shapes[node.Inputs[0]][axis]
                    || module is Convolution { groups: > 1 } and (ConvTranspose1d or ConvTranspose2d or ConvTranspose3d)))
                {
                    Pin(node.Inputs[0]);
                    inputs = null;
                }

                Reads(node, call, value, axis, inputs);
                break;
            case Embedding:
                var width = (int)_shapes[value][^1];
                var words = Classes.Add(width);
                PinIfTied(module, words);
                _values[value] = new(_shapes[value].Length - 1, Known(module, call, null, words, null), Constant(LayerUnits.WeightOf(
                    module)));
                break;
            case NormBase or PReLU when inputs is { Axis: 1 }:
                if (module is PReLU && LayerUnits.WeightOf(module).numel() > 1 || module is NormBase)
                    Known(module, call, inputs, inputs.Units, null);
                _values[value] = inputs with { Constants = LayerUnits.AfterChannels(module, inputs.Constants) };
                break;
            default:
                if (node.Inputs.Any(_values.ContainsKey))
                    Kept.Add((node.Source, $"{module.GetType().Name} mixes units, or its sizes are not changed"));
                foreach (var input in node.Inputs)
                    Pin(input);
                break;
        }
    }

    private void Reads(GraphNode node, LayerCall call, GraphValue value, int axis, ValueUnits? inputs)
    {
        var outputs = Classes.Add(_shapes[value][axis]);
        if (_layers.TryGetValue(call.Module, out var before))
        {
            // Used twice: a unit goes where it goes in both uses, and a constant is folded once, so it has to be the same.
            for (var i = 0; i < outputs.Length; i++)
                Classes.Join(outputs[i], before.Outputs[i]);
            if (before.Inputs is null || inputs is null)
            {
                Classes.Pin(before.Inputs?.Units ?? []);
                Classes.Pin(inputs?.Units ?? []);
            }
            else
            {
                for (var i = 0; i < inputs.Units.Length; i++)
                {
                    Classes.Join(inputs.Units[i], before.Inputs.Units[i]);
                    if (!inputs.Constants[i].Equals(before.Inputs.Constants[i]))
                        Classes.Pin([inputs.Units[i]]);
                }
            }
        }

        PinIfTied(call.Module, outputs);
        PinIfTied(call.Module, inputs?.Units ?? []);
        var reading = inputs is null ? null : LayerUnits.ReadingOf(call.Module, inputs, outputs);
        if (reading is not null)
            _readings.Add(reading);
        if (reading is not null && call.Module is Convolution { groups: > 1 } grouped)
            JoinGroups(reading, (int)grouped.groups);
        else if (call.Module is Convolution { groups: > 1 })
            Classes.Pin(outputs); // The groups of an input that stays stay.
        Known(call.Module, call, inputs, outputs, reading);
        _values[value] = new(axis, outputs, reading?.OutputConstants(LayerUnits.BiasOf(call.Module)) ?? Unread(call.Module,
            outputs.Length));
    }

    /// <summary>A dead row is its bias even where nothing is known of the input.</summary>
    private static double[] Unread(nn.Module module, int outputs)
    {
        using var scope = NewDisposeScope();
        if (module is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d)
            return [.. Enumerable.Repeat(double.NaN, outputs)];
        var reads = LayerUnits.WeightOf(module).detach().ne(0).reshape(outputs, -1).any(1).cpu().data<bool>().ToArray();
        var bias = LayerUnits.BiasOf(module);
        return [.. reads.Select((isRead, i) => isRead ? double.NaN : bias?[i] ?? 0)];
    }

    /// <summary>The groups of a convolution go as a whole.</summary>
    private void JoinGroups(UnitReading reading, int groups)
    {
        var (inputs, outputs) = (reading.Inputs.Units.Length / groups, reading.Outputs.Length / groups);
        for (var group = 0; group < groups; group++)
        {
            for (var i = 0; i < inputs; i++)
                Classes.Join(reading.Inputs.Units[(group * inputs) + i], reading.Outputs[group * outputs]);
            for (var i = 1; i < outputs; i++)
                Classes.Join(reading.Outputs[(group * outputs) + i], reading.Outputs[group * outputs]);
        }
    }

    private int[] Known(nn.Module module, LayerCall call, ValueUnits? inputs, int[] outputs, UnitReading? reading)
    {
        if (!_layers.TryAdd(module, new(module, call.Key, inputs, outputs, reading)) && module is not (Linear or Convolution))
        {
            // Its numbers serve both calls, whose units nothing else joins.
            Classes.Pin(_layers[module].Outputs);
            Classes.Pin(outputs);
            Kept.Add((call.Key, $"{module.GetType().Name} is called twice"));
        }

        return outputs;
    }

    private void PinIfTied(nn.Module module, IEnumerable<int> units)
    {
        if (_tied.Contains(LayerUnits.WeightOf(module).Handle))
            Classes.Pin(units);
    }

    private void Pin(GraphValue value)
    {
        if (_values.TryGetValue(value, out var units))
            Classes.Pin(units.Units);
    }

    private static double[] Constant(Tensor words)
    {
        using var scope = NewDisposeScope();
        var (least, most) = (LayerUnits.Numbers(words.amin(0))!, LayerUnits.Numbers(words.amax(0))!);
        return [.. least.Select((number, i) => number.Equals(most[i]) ? number : double.NaN)];
    }

    private static int Spatial(Convolution convolution) => convolution.kernel_size.Length;
}
