namespace BayesGen.Tables;

/// <summary>How a table is standardized: a value that never changes.</summary>
public sealed record StandardizeOptions
{
    /// <summary>The names of the input columns, for messages; null calls them by their number from 0.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>
    /// Whether a column of inputs that has one value in all rows is let through: it becomes 0 and says nothing. Else it is refused by name.
    /// </summary>
    public bool AllowConstant { get; init; }

    /// <summary>The dtype of what is standardized, that of the network: a table is measured in double precision in any case.</summary>
    public ScalarType Dtype { get; init; } = ScalarType.Float32;

    /// <summary>Whether targets that are numbers are standardized too. Class numbers never are.</summary>
    public bool Targets { get; init; } = true;
}
