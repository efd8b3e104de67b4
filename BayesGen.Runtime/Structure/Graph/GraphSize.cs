namespace BayesGen.Structure;

/// <summary>A number of a shape, or an index into one: a constant, a size that a value has when the network runs, or computed from
/// such.</summary>
public abstract record GraphSize
{
    /// <summary>A constant.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator GraphSize(long value) => new FixedSize(value);

    /// <summary>The sum of two sizes.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static GraphSize operator +(GraphSize left, GraphSize right) => new ComputedSize('+', left, right).Reduced();

    /// <summary>The difference of two sizes.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static GraphSize operator -(GraphSize left, GraphSize right) => new ComputedSize('-', left, right).Reduced();

    /// <summary>The product of two sizes.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static GraphSize operator *(GraphSize left, GraphSize right) => new ComputedSize('*', left, right).Reduced();

    /// <summary>The whole part of the quotient of two sizes.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static GraphSize operator /(GraphSize left, GraphSize right) => new ComputedSize('/', left, right).Reduced();

    /// <summary>The smaller of two sizes.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    internal static GraphSize Min(GraphSize left, GraphSize right) => new ComputedSize('<', left, right).Reduced();

    /// <summary>The number, where the sizes of values are known.</summary>
    /// <param name="sizeOf">The size of a value along a dimension.</param>
    public abstract long Evaluate(Func<GraphValue, int, long> sizeOf);
}

/// <summary>A constant size.</summary>
/// <param name="Value">The number.</param>
public sealed record FixedSize(long Value) : GraphSize
{
    /// <inheritdoc/>
    public override long Evaluate(Func<GraphValue, int, long> sizeOf) => Value;

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}

/// <summary>The size of a value along a dimension: <c>x.shape[0]</c>.</summary>
/// <param name="Of">The value.</param>
/// <param name="Dimension">The dimension; negative ones count from the last.</param>
public sealed record SizeOfValue(GraphValue Of, int Dimension) : GraphSize
{
    /// <inheritdoc/>
    public override long Evaluate(Func<GraphValue, int, long> sizeOf)
    {
        ArgumentNullException.ThrowIfNull(sizeOf);
        return sizeOf(Of, Dimension);
    }

    /// <inheritdoc/>
    public override string ToString() => $"%{Of.Node}.shape[{Dimension}]";
}

/// <summary>A size computed from two.</summary>
/// <param name="Operator">
/// One of <c>+ - * /</c>, a quotient is cut to a whole number, as in C#; or <c>&lt;</c> for the smaller of the two.
/// </param>
/// <param name="Left">The first.</param>
/// <param name="Right">The second.</param>
public sealed record ComputedSize(char Operator, GraphSize Left, GraphSize Right) : GraphSize
{
    /// <inheritdoc/>
    public override long Evaluate(Func<GraphValue, int, long> sizeOf)
    {
        var (left, right) = (Left.Evaluate(sizeOf), Right.Evaluate(sizeOf));
        return Operator switch
        {
            '+' => left + right,
            '-' => left - right,
            '*' => left * right,
            '<' => Math.Min(left, right),
            _ => left / right,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"({Left} {Operator} {Right})";

    /// <summary>The number itself, where both sides are constants.</summary>
    internal GraphSize Reduced() =>
        Left is FixedSize && Right is FixedSize && !(Operator == '/' && Right is FixedSize { Value: 0 })
            ? new FixedSize(Evaluate(static (_, _) => 0))
            : this;
}
