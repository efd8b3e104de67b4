namespace BayesGen.DataViews;

/// <summary>What is taken from a data view.</summary>
public sealed record DataViewOptions
{
    /// <summary>The names of the input columns, in their order; null takes all but the target, which then have to be numbers.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>
    /// The dtype of inputs and of targets that are not classes, Float32 or Float64. Columns of large numbers that lie close together, such
    /// as times, need Float64; <see cref="Tables.Standardize"/> gives the network Float32 in any case.
    /// </summary>
    public ScalarType Dtype { get; init; } = ScalarType.Float32;
}
