namespace BayesGen.Compaction;

/// <summary>Units that stay or go together, and which of them are read by what reaches the output.</summary>
internal sealed class UnitClasses
{
    private readonly List<int> _parents = [];
    private readonly HashSet<int> _pinned = [];

    /// <summary>New units, each by itself.</summary>
    public int[] Add(long count)
    {
        int[] units = [.. Enumerable.Range(_parents.Count, (int)count)];
        _parents.AddRange(units);
        return units;
    }

    /// <summary>The unit that speaks for a class.</summary>
    public int Find(int unit)
    {
        while (_parents[unit] != unit)
            unit = _parents[unit] = _parents[_parents[unit]];
        return unit;
    }

    /// <summary>Makes two units go together.</summary>
    public void Join(int first, int second) => _parents[Find(first)] = Find(second);

    /// <summary>Makes units stay.</summary>
    public void Pin(IEnumerable<int> units) => _pinned.UnionWith(units);

    /// <summary>The classes with units that were made to stay.</summary>
    public HashSet<int> Pinned() => [.. _pinned.Select(Find)];

    /// <summary>The classes that stay: those that are pinned, and those that a unit that stays reads.</summary>
    public HashSet<int> Live(IReadOnlyList<UnitReading> readings)
    {
        var rows = new Dictionary<int, List<(UnitReading Reading, int Output)>>();
        foreach (var reading in readings)
            for (var output = 0; output < reading.Outputs.Length; output++)
            {
                var unit = Find(reading.Outputs[output]);
                if (!rows.TryGetValue(unit, out var own))
                    rows[unit] = own = [];
                own.Add((reading, output));
            }

        HashSet<int> live = [.. _pinned.Select(Find)];
        var waiting = new Queue<int>(live);
        while (waiting.TryDequeue(out var unit))
            foreach (var (reading, output) in rows.GetValueOrDefault(unit, []))
                foreach (var input in reading.ReadBy(output))
                    if (!reading.Folds(input) && Find(reading.Inputs.Units[input]) is var read && live.Add(read))
                        waiting.Enqueue(read);
        return live;
    }
}
