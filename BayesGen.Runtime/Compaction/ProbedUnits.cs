using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>
/// The units of a network whose forward no one has read: which feeds which is found by NaN, and what a dead unit is for those who read it
/// is measured where they read it. Both are right whatever lies between; what depends on anything else than dead units is no constant.
/// </summary>
internal sealed class ProbedUnits
{
    /// <summary>The part by which places of one constant may differ: loops over vectors compute their last numbers otherwise.</summary>
    private const double Rounding = 1e-14;

    private readonly UnitStructure _structure = new();
    private readonly UnitMap _map;
    private readonly IReadOnlyList<ProbedLayer> _layers;
    private readonly Dictionary<string, int[]> _outputs = [];
    private readonly Dictionary<string, double[]> _constants = [];

    /// <summary>For each input unit of a layer, the units that it sees.</summary>
    private readonly Dictionary<string, List<(string Layer, int Unit)>?[]> _seen = [];

    private ProbedUnits(UnitMap map, IReadOnlyList<ProbedLayer> layers) => (_map, _layers) = (map, layers);

    private UnitClasses Classes => _structure.Classes;

    /// <summary>The units of a network by what a probe found.</summary>
    public static UnitStructure Of(UnitMap map, IReadOnlyList<ProbedLayer> layers, bool share)
    {
        var units = new ProbedUnits(map, layers);
        units.Name();
        if (layers.FirstOrDefault(layer => layer is { HasUnits: true, IsUnbatched: true, Kind: not UnitLayerKind.Embedding }) is { } odd)
            units.KeepAll(odd);
        foreach (var layer in layers)
            units.Track(layer);
        units._structure.Settle(share);
        return units._structure;
    }

    /// <summary>Gives every output its unit, and every input what it sees.</summary>
    private void Name()
    {
        foreach (var layer in _map.Layers.Where(layer => layer.IsFollowed))
        {
            var outputs = _outputs[layer.Key] = Classes.Add(layer.Outputs);
            foreach (var unit in layer.Units)
            {
                if (unit.Stays is not null)
                    Classes.Pin([outputs[unit.Index]]);
                foreach (var use in unit.Readers.Concat(unit.Passed))
                    foreach (var input in use.Inputs)
                        (SeenBy(use.Layer)[input] ??= []).Add((layer.Key, unit.Index));
            }

            _structure.Kept.AddRange(layer.Units.Where(unit => unit.Stays is not (null or UnitLinks.InOutput)).GroupBy(unit => unit.Stays!)
                .Select(group => (layer.Key, $"{group.Count()} units stay: {group.Key}")));
        }
    }

    /// <summary>What such a layer reads is not seen.</summary>
    private void KeepAll(ProbedLayer odd)
    {
        foreach (var outputs in _outputs.Values)
            Classes.Pin(outputs);
        _structure.Kept.Add((odd.Key, "it does not give one value for each example, so what it reads is not seen, and all units stay"));
    }

    private void Track(ProbedLayer layer)
    {
        var module = layer.Module;
        var isFollowed = _outputs.TryGetValue(layer.Key, out var outputs);
        if (layer.Kind == UnitLayerKind.Embedding && isFollowed)
        {
            _structure.AddPassed(module, layer.Key, null, outputs!);
            _constants[layer.Key] = LayerNumbers.WordConstants(module);
        }
        else if (layer.Kind == UnitLayerKind.PerChannel)
            Pass(layer);
        else if (layer.HasUnits && isFollowed)
        {
            var inputs = layer.IsReader ? Read(layer) : null;
            if (inputs is not null && layer is { Kind: UnitLayerKind.TransposedConvolution, Groups: > 1 })
            {
                Classes.Pin(inputs.Units);
                inputs = null;
            }

            _constants[layer.Key] = _structure.AddReader(module, layer.Key, inputs, outputs!);
        }
        else if (layer.HasUnits)
            Classes.Pin(Read(layer).Units);
    }

    /// <summary>What the inputs of a layer are: the units that they see go together, and stay where they see something else too.</summary>
    private ValueUnits Read(ProbedLayer layer)
    {
        var (seen, elsewhere) = (SeenBy(layer.Key), _map[layer.Key].FromElsewhere.ToHashSet());
        var (units, constants) = (Classes.Add(layer.Inputs), Measured(layer));
        for (var input = 0; input < units.Length; input++)
        {
            foreach (var (from, unit) in seen[input] ?? [])
            {
                Classes.Join(units[input], _outputs[from][unit]);
                if (double.IsNaN(_constants.GetValueOrDefault(from)?[unit] ?? double.NaN))
                    constants[input] = double.NaN;
            }

            if (elsewhere.Contains(input) || seen[input] is null)
                Classes.Pin([units[input]]);
            if (elsewhere.Contains(input))
                constants[input] = double.NaN;
        }

        return new(1, units, constants);
    }

    /// <summary>A normalization per channel loses the channels whose units go; another one keeps them.</summary>
    private void Pass(ProbedLayer layer)
    {
        var units = Read(layer).Units;
        if (layer.Module is not (NormBase or PReLU) || layer.IsTied)
        {
            Classes.Pin(units);
            if (SeenBy(layer.Key).Any(seen => seen is not null))
                _structure.Kept.Add((layer.Key, $"the sizes of this {layer.Module.GetType().Name} are not changed"));
            return;
        }

        _structure.AddPassed(layer.Module, layer.Key, null, units);
    }

    /// <summary>The number that each input unit of a layer was in every place; NaN where places differ.</summary>
    private static double[] Measured(ProbedLayer layer)
    {
        using var scope = NewDisposeScope();
        var calls = layer.Calls.Select(call => call.Input!.detach().to(ScalarType.Float64)
            .transpose(0, layer.InputAxis(call.Input!)).flatten(1)).ToList();
        var all = cat([.. calls], 1);
        var (least, most) = (LayerNumbers.Numbers(all.amin(1))!, LayerNumbers.Numbers(all.amax(1))!);
        return [.. least.Select((number, i) => most[i] - number <= Rounding * Math.Max(Math.Abs(number), Math.Abs(most[i]))
            ? number : double.NaN)];
    }

    private List<(string Layer, int Unit)>?[] SeenBy(string layer) => _seen.TryGetValue(layer, out var seen) ? seen
        : _seen[layer] = new List<(string, int)>?[_map[layer].Inputs];
}
