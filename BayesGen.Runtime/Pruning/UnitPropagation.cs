using BayesGen.Parameters;
using BayesGen.Structure;

namespace BayesGen.Pruning;

/// <summary>
/// Carries a pruning from layer to layer until nothing changes. (a) The weights of a unit that nothing reads any more are pruned; no answer
/// changes. (b) The weights that read a unit without weights are pruned, where every unit that they read there is one.
/// </summary>
internal sealed class UnitPropagation
{
    private readonly List<LayerMask> _layers;
    private readonly Dictionary<string, LayerMask> _byKey;
    private readonly Dictionary<LayerMask, List<(LayerMask Layer, int Unit)>[]> _sources = [];
    private readonly HashSet<(LayerMask, int)> _unread = [];
    private readonly HashSet<(LayerMask, int)> _unfed = [];

    /// <param name="arena">The network.</param>
    /// <param name="map">Its units.</param>
    /// <param name="keep">What the thresholds keep, flat, one mask for each arena.</param>
    public UnitPropagation(NetworkArena arena, UnitMap map, IReadOnlyList<Tensor> keep)
    {
        _layers = [.. map.Layers.Where(layer => layer.Kind != UnitLayerKind.Other).Select(layer => new LayerMask(arena, layer))];
        _byKey = _layers.ToDictionary(layer => layer.Layer.Key);
        Keep = [.. keep.Select(mask => mask.clone())];
        Needed = [.. keep.Select(mask => mask.clone())];
        foreach (var layer in _layers)
            foreach (var unit in layer.Layer.Units)
                foreach (var use in unit.Readers.Concat(unit.Passed))
                    foreach (var input in use.Inputs)
                        (SourcesOf(_byKey[use.Layer])[input] ??= []).Add((layer, unit.Index));
        while (Step())
        {
        }
    }

    /// <summary>What is kept in the end.</summary>
    public IReadOnlyList<Tensor> Keep { get; }

    /// <summary>What would be kept without (a): the same function.</summary>
    public IReadOnlyList<Tensor> Needed { get; }

    private bool Step()
    {
        var kept = _layers.ToDictionary(layer => layer, layer => layer.Layer.IsFollowed ? layer.Kept(Keep) : ([], []));
        var isChanged = false;
        foreach (var layer in _layers.Where(layer => layer.Layer.IsFollowed))
        {
            isChanged |= Prune(layer, _unread, layer.Layer.Outputs, unit => IsUnread(layer.Layer.Units[unit]), isOutput: true);
            isChanged |= Prune(layer, _unfed, layer.Layer.Inputs, input => IsUnfed(layer, input), isOutput: false);
        }

        foreach (var layer in _layers.Where(layer => layer.Layer.Kind == UnitLayerKind.PerChannel))
            isChanged |= Prune(layer, _unread, layer.Layer.Outputs, channel => IsPassedByNone(layer, channel), isOutput: true);
        return isChanged;

        bool IsUnread(OutputUnit unit) => unit is { Stays: null, Readers.Count: > 0 } && unit.Readers.All(use =>
            kept[_byKey[use.Layer]] is var (_, inputs) && use.Inputs.All(input => !inputs[input]));

        bool IsUnfed(LayerMask layer, int input) => SourcesOf(layer)[input] is { Count: > 0 } sources
            && !layer.Layer.FromElsewhere.Contains(input)
            && sources.All(source => !kept[source.Layer].Item1[source.Unit]);
    }

    /// <summary>Whether every unit that passes a channel is one that nothing reads.</summary>
    private bool IsPassedByNone(LayerMask layer, int channel) => SourcesOf(layer)[channel] is { Count: > 0 } sources
        && !layer.Layer.FromElsewhere.Contains(channel)
        && sources.All(_unread.Contains);

    private bool Prune(LayerMask layer, HashSet<(LayerMask, int)> done, int count, Func<int, bool> isDead, bool isOutput)
    {
        bool[] dead = [.. Enumerable.Range(0, count).Select(unit => !done.Contains((layer, unit)) && isDead(unit))];
        if (!dead.Contains(true))
            return false;
        for (var unit = 0; unit < count; unit++)
            if (dead[unit])
                done.Add((layer, unit));
        if (isOutput)
        {
            layer.PruneOutputs(Keep, dead);
            return true;
        }

        layer.PruneInputs(Keep, dead);
        layer.PruneInputs(Needed, dead);
        return true;
    }

    private List<(LayerMask Layer, int Unit)>[] SourcesOf(LayerMask layer) => _sources.TryGetValue(layer, out var sources)
        ? sources
        : _sources[layer] = new List<(LayerMask, int)>[layer.Layer.Inputs];
}
