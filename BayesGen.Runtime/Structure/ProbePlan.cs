namespace BayesGen.Structure;

/// <summary>Which units of a layer are marked in which row of a run, and which of them what is seen tells of.</summary>
internal abstract class ProbePlan
{
    /// <summary>How many rows have marks.</summary>
    public abstract int Rows { get; }

    /// <summary>Whether a unit is marked in a row.</summary>
    public abstract bool IsMarked(int row, int unit);

    /// <summary>The units that something depends on, by the rows in which it changed; null where the rows do not tell.</summary>
    public abstract IReadOnlyList<int>? UnitsOf(Func<int, bool> changed);

    /// <summary>[rows, units] as a tensor.</summary>
    public Tensor Marks(int units, Device device)
    {
        var marks = new bool[Rows * units];
        for (var row = 0; row < Rows; row++)
            for (var unit = 0; unit < units; unit++)
                marks[(row * units) + unit] = IsMarked(row, unit);
        return tensor(marks, dtype: ScalarType.Bool, device: device).reshape(Rows, units);
    }
}

/// <summary>Each unit in a row of its own.</summary>
/// <param name="first">The first unit.</param>
/// <param name="count">How many.</param>
internal sealed class UnitByUnit(int first, int count) : ProbePlan
{
    public override int Rows => count;

    public override bool IsMarked(int row, int unit) => unit == first + row;

    public override IReadOnlyList<int> UnitsOf(Func<int, bool> changed) =>
        [.. Enumerable.Range(0, count).Where(changed).Select(row => first + row)];
}

/// <summary>
/// Two rows for each binary digit of a unit's number: one in which units with a 1 are marked, one in which those with a 0 are. What depends
/// on one unit changes in one row of each pair, which spell its number; what depends on more changes in both of some pair.
/// </summary>
/// <param name="units">The number of units.</param>
internal sealed class UnitsByDigits(int units) : ProbePlan
{
    private readonly int _digits = Math.Max(1, 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(units - 1)));

    public override int Rows => 2 * _digits;

    public override bool IsMarked(int row, int unit) => ((unit >> (row / 2)) & 1) == 1 - (row % 2);

    public override IReadOnlyList<int>? UnitsOf(Func<int, bool> changed)
    {
        var (unit, seen) = (0, 0);
        for (var digit = 0; digit < _digits; digit++)
        {
            var (one, zero) = (changed(2 * digit), changed((2 * digit) + 1));
            if (one && zero)
                return null;
            seen += one || zero ? 1 : 0;
            unit |= one ? 1 << digit : 0;
        }

        return seen == 0 ? [] : seen == _digits && unit < units ? [unit] : null;
    }
}
