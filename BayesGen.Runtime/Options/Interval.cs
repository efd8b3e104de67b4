namespace BayesGen;

/// <summary>A closed interval of numbers.</summary>
/// <param name="Min">The lower end.</param>
/// <param name="Max">The upper end, not below the lower one.</param>
public readonly record struct Interval(double Min, double Max)
{
    /// <summary>Reads a pair, as in <c>["log_alpha"] = (-8, 8)</c>.</summary>
    /// <param name="ends">The lower and the upper end.</param>
    public static implicit operator Interval((double Min, double Max) ends) => new(ends.Min, ends.Max);
}
