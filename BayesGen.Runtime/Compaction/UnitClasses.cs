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

    /// <summary>The classes that stay: those that are pinned, and those that a unit that stays reads.</summary>
    public HashSet<int> Live(IReadOnlyList<UnitReading> readings)
    {
        HashSet<int> live = [.. _pinned.Select(Find)];
        for (var before = -1; before != live.Count;)
        {
            before = live.Count;
            foreach (var reading in readings)
                for (var input = 0; input < reading.Inputs.Units.Length; input++)
                    if (!live.Contains(Find(reading.Inputs.Units[input])) && !reading.Folds(input)
                        && reading.ReadersOf(input).Any(output => live.Contains(Find(output))))
                        live.Add(Find(reading.Inputs.Units[input]));
        }

        return live;
    }
}

/// <summary>The units of a value along one of its dimensions.</summary>
/// <param name="Axis">The dimension.</param>
/// <param name="Units">The unit of each index; one unit may have several.</param>
/// <param name="Constants">The number that all of an index are, whatever goes in; NaN where there is none.</param>
internal sealed record ValueUnits(int Axis, int[] Units, double[] Constants)
{
    public ValueUnits WithoutConstants(bool zerosStay = true) => this with
    {
        Constants = [.. Constants.Select(constant => zerosStay && constant == 0 ? 0 : double.NaN)],
    };
}

/// <summary>A layer that reads all units of its input and puts out units of its own.</summary>
/// <param name="Inputs">What it reads.</param>
/// <param name="Outputs">The units that it puts out.</param>
/// <param name="Weights">[outputs, inputs]: the sum of the weights between two units.</param>
/// <param name="Reads">[outputs, inputs]: whether any weight between two units is not zero.</param>
/// <param name="FoldsConstants">Whether a constant input is a constant to every output, so that it can join the bias.</param>
internal sealed record UnitReading(ValueUnits Inputs, int[] Outputs, double[,] Weights, bool[,] Reads, bool FoldsConstants)
{
    /// <summary>Whether an input can be left out whoever reads it.</summary>
    public bool Folds(int input) => Inputs.Constants[input] == 0 || FoldsConstants && !double.IsNaN(Inputs.Constants[input]);

    /// <summary>The output units that an input changes.</summary>
    public IEnumerable<int> ReadersOf(int input)
    {
        for (var output = 0; output < Outputs.Length; output++)
            if (Reads[output, input])
                yield return Outputs[output];
    }

    /// <summary>What each output is, where all that it reads are constants.</summary>
    public double[] OutputConstants(double[]? bias)
    {
        var constants = new double[Outputs.Length];
        for (var output = 0; output < Outputs.Length; output++)
        {
            constants[output] = bias?[output] ?? 0;
            for (var input = 0; input < Inputs.Units.Length && !double.IsNaN(constants[output]); input++)
                if (Reads[output, input])
                    constants[output] += Folds(input) ? Inputs.Constants[input] * Weights[output, input] : double.NaN;
        }

        return constants;
    }
}
