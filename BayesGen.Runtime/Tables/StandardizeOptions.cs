namespace BayesGen.Tables;

/// <summary>How a table is standardized: a value that never changes.</summary>
public sealed record StandardizeOptions
{
    /// <summary>The names of the input columns, for messages; null calls them by their number from 0.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>
    /// Whether a column of inputs that has one value in all rows, up to rounding, is let through. It becomes 0 in these rows; a new row of
    /// another value stands as far from 0 as it lies from that value, in the column's own unit, so that what no training row was like is
    /// not hidden. Else such a column is refused by name.
    /// </summary>
    public bool AllowConstant { get; init; }

    /// <summary>The dtype of what is standardized, that of the network: a table is measured in double precision in any case.</summary>
    public ScalarType Dtype { get; init; } = ScalarType.Float32;

    /// <summary>
    /// Whether targets that are numbers are standardized too. Class numbers never are, nor targets that hold 0 and 1 alone. Set it to false
    /// for counts of a float dtype.
    /// </summary>
    public bool Targets { get; init; } = true;
}
