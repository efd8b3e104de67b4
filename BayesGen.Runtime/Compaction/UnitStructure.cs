using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>The layers of a network with their units: which belong together, which are constant whatever goes in, and which stay.</summary>
internal sealed class UnitStructure
{
    private readonly Dictionary<nn.Module, LayerUnits> _layers = new(ReferenceEqualityComparer.Instance);
    private readonly List<UnitReading> _readings = [];

    public UnitClasses Classes { get; } = new();

    /// <summary>The layers with units, in the order of their running.</summary>
    public IReadOnlyList<LayerUnits> Layers => [.. _layers.Values];

    /// <summary>Why units stay, by what keeps them.</summary>
    public List<(string Source, string Why)> Kept { get; } = [];

    /// <summary>The classes that stay.</summary>
    public HashSet<int> Live { get; private set; } = [];

    /// <summary>Whether a unit stays.</summary>
    public bool Stays(int unit) => Live.Contains(Classes.Find(unit));

    /// <summary>Adds the call of a linear layer or of a convolution.</summary>
    /// <param name="module">The layer.</param>
    /// <param name="key">Its key.</param>
    /// <param name="inputs">The units that it reads; null where they are not followed, and stay.</param>
    /// <param name="outputs">The units that it puts out.</param>
    /// <returns>What each output is, whatever goes in; NaN where it is not constant.</returns>
    public double[] AddReader(nn.Module module, string key, ValueUnits? inputs, int[] outputs)
    {
        if (_layers.TryGetValue(module, out var before))
            JoinCalls(before, inputs, outputs);
        var reading = inputs is null ? null : new UnitReading(module, inputs, outputs);
        if (reading is not null)
            _readings.Add(reading);
        if (reading is not null && module is Convolution { groups: > 1 } grouped)
            JoinGroups(reading, (int)grouped.groups);
        else if (module is Convolution { groups: > 1 })
            Classes.Pin(outputs); // The groups of an input that stays stay.
        _layers.TryAdd(module, new(module, key, inputs, outputs, reading));
        return reading?.OutputConstants(LayerNumbers.BiasOf(module)) ?? Unread(module, outputs.Length);
    }

    /// <summary>Adds the call of a layer with numbers for each unit, which puts out the units that it gets, or of an Embedding.</summary>
    public void AddPassed(nn.Module module, string key, ValueUnits? inputs, int[] outputs)
    {
        if (_layers.TryAdd(module, new(module, key, inputs, outputs, null)))
            return;

        // Its numbers serve both calls, whose units nothing else joins.
        Classes.Pin(_layers[module].Outputs);
        Classes.Pin(outputs);
        Kept.Add((key, $"{module.GetType().Name} is called twice"));
    }

    /// <summary>Adds the call of an LSTM or GRU.</summary>
    /// <param name="module">The layer.</param>
    /// <param name="key">Its key.</param>
    /// <param name="inputs">The units that it reads; null where they are not followed, and stay.</param>
    /// <param name="hidden">Its hidden units.</param>
    public void AddRecurrent(nn.Module module, string key, ValueUnits? inputs, int[] hidden)
    {
        var own = new ValueUnits(0, hidden, RecurrentUnits.Constants(module));
        _readings.Add(new(module, own, hidden, RecurrentUnits.Reads(module, "weight_hh_l0"), foldsConstants: false));
        var reading = inputs is null ? null
            : new UnitReading(module, inputs, hidden, RecurrentUnits.Reads(module, "weight_ih_l0"), RecurrentUnits.HasBias(module));
        if (reading is not null)
            _readings.Add(reading);
        if (_layers.TryAdd(module, new(module, key, inputs, hidden, reading) { Least = Math.Min(RecurrentUnits.Least, hidden.Length) }))
            return;
        foreach (var units in new[] { _layers[module].Outputs, hidden, inputs?.Units ?? [], _layers[module].Inputs?.Units ?? [] })
            Classes.Pin(units);
        Kept.Add((key, $"{module.GetType().Name} is called twice"));
    }

    /// <summary>Makes all units of a layer stay.</summary>
    /// <param name="module">The layer; another one is passed over.</param>
    /// <param name="why">Why they do.</param>
    public void Keep(nn.Module module, string why)
    {
        if (!_layers.TryGetValue(module, out var layer))
            return;
        Classes.Pin(layer.Outputs);
        Kept.Add((layer.Key, why));
    }

    /// <summary>Finds what stays, when all layers are there. It may be asked again when more was kept.</summary>
    /// <param name="share">Whether one constant channel may stand for others, which changes weights.</param>
    public void Settle(bool share)
    {
        _readings.ForEach(reading => reading.Shared.Clear());
        Live = Classes.Live(_readings);

        // No layer of Torch has no units: one stays.
        while (_layers.Values.FirstOrDefault(layer =>
            layer.Outputs.Count(Stays) < Math.Min(layer.Least, layer.Outputs.Length)) is { } small)
        {
            Classes.Pin(small.Outputs.Where(unit => !Stays(unit)).Take(small.Least - small.Outputs.Count(Stays)).ToList());
            Live = Classes.Live(_readings);
        }

        if (share)
            SharedConstants.Share(Classes, _readings, Live, gone => _layers.Values.All(layer =>
                layer.Outputs.Count(unit => Classes.Find(unit) is var own && own != gone && Live.Contains(own)) >= layer.Least));
    }

    /// <summary>Used twice: a unit goes where it goes in both uses, and a constant is folded once, so it has to be the same.</summary>
    private void JoinCalls(LayerUnits before, ValueUnits? inputs, int[] outputs)
    {
        for (var i = 0; i < outputs.Length; i++)
            Classes.Join(outputs[i], before.Outputs[i]);
        if (before.Inputs is null || inputs is null)
        {
            Classes.Pin(before.Inputs?.Units ?? []);
            Classes.Pin(inputs?.Units ?? []);
            return;
        }

        for (var i = 0; i < inputs.Units.Length; i++)
        {
            Classes.Join(inputs.Units[i], before.Inputs.Units[i]);
            if (!inputs.Constants[i].Equals(before.Inputs.Constants[i]))
                Classes.Pin([inputs.Units[i]]);
        }
    }

    /// <summary>A dead row is its bias even where nothing is known of the input.</summary>
    private static double[] Unread(nn.Module module, int outputs)
    {
        using var scope = NewDisposeScope();
        if (module is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d)
            return [.. Enumerable.Repeat(double.NaN, outputs)];
        var reads = LayerNumbers.WeightOf(module).detach().ne(Operand(0)).reshape(outputs, -1).any(1).cpu().data<bool>().ToArray();
        var bias = LayerNumbers.BiasOf(module);
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
}
