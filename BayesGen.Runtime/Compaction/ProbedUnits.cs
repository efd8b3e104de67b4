using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>
/// The units of a network whose forward no one has read: which feeds which is found by NaN. A dead unit goes where everybody who reads it
/// reads zeros of it.
/// </summary>
/// <remarks>
/// What lies between is not known, and a run shows one input: a mask, a padding or a sum over a length makes another number of 0.5 for
/// another input, but zero of zero. So no constant is folded but zero, and a zero counts only where it moves with the unit in every place:
/// one behind a mask that is zero itself tells nothing of the unit.
/// </remarks>
internal sealed class ProbedUnits
{
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
    /// <param name="map">Which unit feeds which.</param>
    /// <param name="layers">The layers that ran.</param>
    /// <param name="share">Whether one constant channel may stand for others.</param>
    /// <param name="kept">Layers whose units stay, and why.</param>
    public static UnitStructure Of(
        UnitMap map, IReadOnlyList<ProbedLayer> layers, bool share, IReadOnlyDictionary<nn.Module, string> kept)
    {
        var units = new ProbedUnits(map, layers);
        units.Name();
        if (layers.FirstOrDefault(layer => layer is { HasUnits: true, IsUnbatched: true, Kind: not UnitLayerKind.Embedding }) is { } odd)
            units.KeepAll(odd);
        foreach (var layer in layers)
            units.Track(layer);
        foreach (var (module, why) in kept)
            units._structure.Keep(module, why);
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
        var (units, constants) = (Classes.Add(layer.Inputs), layer.Zeros.Constants);
        var unproved = 0;
        for (var input = 0; input < units.Length; input++)
        {
            var isConstant = seen[input] is not null && !elsewhere.Contains(input);
            foreach (var (from, unit) in seen[input] ?? [])
            {
                Classes.Join(units[input], _outputs[from][unit]);
                isConstant &= !double.IsNaN(_constants.GetValueOrDefault(from)?[unit] ?? double.NaN);
            }

            unproved += isConstant && double.IsNaN(constants[input]) ? 1 : 0;
            if (!isConstant)
                constants[input] = double.NaN;

            if (elsewhere.Contains(input) || seen[input] is null)
                Classes.Pin([units[input]]);
        }

        if (unproved > 0)
            _structure.Kept.Add((layer.Key, $"{unproved} of its inputs come from dead units and are not zero; "
                + "other constants than zero are folded only where the source of forward was read"));
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

    private List<(string Layer, int Unit)>?[] SeenBy(string layer) => _seen.TryGetValue(layer, out var seen) ? seen
        : _seen[layer] = new List<(string, int)>?[_map[layer].Inputs];
}
