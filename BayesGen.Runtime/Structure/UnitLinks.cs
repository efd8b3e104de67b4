namespace BayesGen.Structure;

/// <summary>Collects which unit was seen where, and says what it means.</summary>
internal sealed class UnitLinks(IReadOnlyList<ProbedLayer> layers)
{
    /// <summary>What is said of a unit that the network puts out, which is no news.</summary>
    public const string InOutput = "it shows in an output of the network";

    private readonly Dictionary<(ProbedLayer From, ProbedLayer To), bool[]> _seen = [];
    private readonly Dictionary<ProbedLayer, bool[]> _fromElsewhere = [];
    private readonly Dictionary<ProbedLayer, bool[]> _inOutput = [];
    private readonly Dictionary<(ProbedLayer From, int Unit), ProbedLayer> _met = [];

    /// <summary>Adds what a reader saw of the network's own input, or of what comes from no unit.</summary>
    /// <param name="to">The reader.</param>
    /// <param name="seen">By its input units.</param>
    public void AddElsewhere(ProbedLayer to, bool[] seen)
    {
        var all = Of(_fromElsewhere, to, to.Inputs);
        for (var i = 0; i < seen.Length; i++)
            all[i] |= seen[i];
    }

    /// <summary>Adds that a reader saw a unit.</summary>
    public void Add(ProbedLayer from, int unit, ProbedLayer to, int input) =>
        Of(_seen, (from, to), from.Outputs * to.Inputs)[(unit * to.Inputs) + input] = true;

    /// <summary>Adds that a unit showed in an output of the network.</summary>
    public void AddOutput(ProbedLayer from, int unit) => Of(_inOutput, from, from.Outputs)[unit] = true;

    /// <summary>Adds that a layer read a unit whose own are not followed.</summary>
    public void AddMet(ProbedLayer from, int unit, ProbedLayer other) => _met.TryAdd((from, unit), other);

    /// <summary>The layers that ran and whose units are followed or that units pass.</summary>
    public IEnumerable<UnitLayer> Describe() => layers.Select(layer => layer.Describe() with
    {
        FromElsewhere = _fromElsewhere.TryGetValue(layer, out var seen) ? Places(seen, 0, layer.Inputs) : [],
        Units = layer.HasUnits ? Units(layer) : [],
    });

    private IReadOnlyList<OutputUnit> Units(ProbedLayer layer)
    {
        var readers = layers.Where(reader => _seen.ContainsKey((layer, reader))).ToList();
        var mixed = readers.ToDictionary(reader => reader, reader => Mixed(layer, reader));
        return [.. Enumerable.Range(0, layer.Outputs).Select(unit =>
        {
            List<(ProbedLayer Reader, UnitUse Use)> uses = [.. readers
                .Select(reader => (reader, new UnitUse(reader.Key, Places(_seen[(layer, reader)], unit, reader.Inputs))))
                .Where(use => use.Item2.Inputs.Count > 0)];
            List<(ProbedLayer Reader, UnitUse Use)> read = [.. uses.Where(use => use.Reader.HasUnits)];
            return new OutputUnit(unit, [.. read.Select(use => use.Use)])
            {
                Passed = [.. uses.Where(use => !use.Reader.HasUnits).Select(use => use.Use)],
                Stays = WhyItStays(layer, unit, read, mixed),
            };
        })];
    }

    private string? WhyItStays(
        ProbedLayer layer, int unit, List<(ProbedLayer Reader, UnitUse Use)> read, Dictionary<ProbedLayer, bool[]> mixed)
    {
        if (layer.IsUnbatched)
            return $"'{layer.Key}' does not put out one value for each example";
        if (layer.IsTied)
            return $"'{layer.Key}' shares a weight with another layer";
        if (_inOutput.TryGetValue(layer, out var shown) && shown[unit])
            return InOutput;
        if (_met.TryGetValue((layer, unit), out var other))
            return $"'{other.Key}' reads it, a {other.Module.GetType().Name}, whose units are not followed";
        if (read.FirstOrDefault(use => use.Reader.IsTied).Reader is { } tied)
            return $"'{tied.Key}' reads it, which shares a weight with another layer";
        if (read.FirstOrDefault(use => use.Use.Inputs.Any(input => mixed[use.Reader][input])).Reader is { } reader)
            return $"other units of '{layer.Key}' are mixed with it before '{reader.Key}' reads it";
        return read.Count == 0 ? "no layer was seen to read it" : null;
    }

    /// <summary>Which input units of a reader see more than one unit of a layer.</summary>
    private bool[] Mixed(ProbedLayer layer, ProbedLayer reader)
    {
        var (seen, counts) = (_seen[(layer, reader)], new int[reader.Inputs]);
        for (var i = 0; i < seen.Length; i++)
            counts[i % reader.Inputs] += seen[i] ? 1 : 0;
        return [.. counts.Select(count => count > 1)];
    }

    private static bool[] Of<TKey>(Dictionary<TKey, bool[]> all, TKey key, int count) where TKey : notnull =>
        all.TryGetValue(key, out var found) ? found : all[key] = new bool[count];

    private static IReadOnlyList<int> Places(bool[] seen, int row, int width)
    {
        var places = new List<int>();
        for (var i = 0; i < width; i++)
            if (seen[row * width + i])
                places.Add(i);
        return places;
    }
}
