using BayesGen.Structure;

namespace BayesGen.Compaction;

/// <summary>What operations without weights do to units.</summary>
/// <param name="classes">Which units belong together.</param>
/// <param name="shapes">The shapes of all values.</param>
/// <param name="unitsOf">The units of a value; null where they are not followed.</param>
internal sealed class UnitFlow(
    UnitClasses classes, IReadOnlyDictionary<GraphValue, long[]> shapes, Func<GraphValue, ValueUnits?> unitsOf)
{
    /// <summary>The units that come out, one for each output; null where units are not kept apart.</summary>
    public IReadOnlyList<ValueUnits?>? Track(GraphNode node)
    {
        var known = node.Inputs.Select(unitsOf).ToList();
        if (known.All(units => units is null))
            return [.. Enumerable.Repeat<ValueUnits?>(null, node.Operation.Outputs)];
        if (node.Operation is Arithmetic arithmetic)
            return Join(node, arithmetic) is { } joined ? [joined] : null;
        if (node.Operation is Concatenation concatenation)
            return Concatenate(node, concatenation) is { } all ? [all] : null;
        var x = known[0]!;
        var shape = shapes[node.Inputs[0]];
        if (node.Operation is Chunking chunking)
            return Chunk(x, shape, chunking);
        return node.Inputs.Count == 1 && Track(node.Operation, x, shape, new(node.Id)) is { } result ? [result] : null;
    }

    private ValueUnits? Track(GraphOperation operation, ValueUnits x, long[] shape, GraphValue value) => operation switch
    {
        GraphDropout => x,
        Activation activation => x with { Constants = Apply(activation, x.Constants) },
        GraphSoftmax softmax => At(softmax.Dimension, shape) == x.Axis ? null : x.WithoutConstants(false),
        Pooling pooling when shape.Length - pooling.Kernel.Count > x.Axis =>
            pooling is { Kind: PoolingKind.Average } && (pooling.Divisor is not null
                || pooling.CountIncludesPadding && pooling.Padding.Any(size => size > 0)) ? x.WithoutConstants() : x,
        GraphReduction reduction => Reduce(reduction, x, shape),
        Resizing when x.Axis <= 1 => x,
        GraphPadding padding when shape.Length - (padding.Amounts.Count / 2) > x.Axis =>
            padding.Mode != PaddingModes.Constant ? x : x with
            {
                Constants = [.. x.Constants.Select(constant => constant.Equals(padding.Value) ? constant : double.NaN)],
            },
        Flattening flattening => Flatten(At(flattening.Start, shape), At(flattening.End, shape), x, shape),
        Reshaping reshaping when IsFlattening(reshaping, shape) => Flatten(1, shape.Length - 1, x, shape),
        Permutation permutation => x with
        {
            Axis = permutation.Dimensions.Select(dimension => At(dimension, shape)).ToList().IndexOf(x.Axis),
        },
        Transposition transposition => (At(transposition.First, shape), At(transposition.Second, shape)) is var (first, second)
            ? x with { Axis = x.Axis == first ? second : x.Axis == second ? first : x.Axis } : null,
        Unsqueezing unsqueezing => At(unsqueezing.Dimension, shape, 1) is var at ? x with { Axis = at <= x.Axis ? x.Axis + 1 : x.Axis }
            : null,
        Squeezing { Dimension: { } dimension } when At(dimension, shape) != x.Axis =>
            shape[At(dimension, shape)] == 1 && At(dimension, shape) < x.Axis ? x with { Axis = x.Axis - 1 } : x,
        Selection selection when At(selection.Dimension, shape) != x.Axis =>
            At(selection.Dimension, shape) < x.Axis ? x with { Axis = x.Axis - 1 } : x,
        Narrowing narrowing when At(narrowing.Dimension, shape) != x.Axis => x,
        _ => null,
    };

    private static int At(long dimension, long[] shape, int more = 0) =>
        (int)(dimension < 0 ? dimension + shape.Length + more : dimension);

    /// <summary>Whether a view keeps the batch and takes what remains, without naming a width.</summary>
    private bool IsFlattening(Reshaping reshaping, long[] shape) =>
        reshaping.Sizes is [SizeOfValue { Dimension: 0 } batch, FixedSize { Value: -1 }]
        && shape.Length > 1 && shapes[batch.Of][0] == shape[0];

    private static ValueUnits? Flatten(int start, int end, ValueUnits x, long[] shape)
    {
        if (x.Axis < start)
            return x;
        if (x.Axis > end)
            return x with { Axis = x.Axis - (end - start) };
        if (start == 0 && x.Axis > 0)
            return null;
        var outer = shape[start..x.Axis].Aggregate(1L, (all, size) => all * size);
        var inner = shape[(x.Axis + 1)..(end + 1)].Aggregate(1L, (all, size) => all * size);
        return new(start, Spread(x.Units, outer, inner), Spread(x.Constants, outer, inner));
    }

    private static T[] Spread<T>(T[] items, long outer, long inner) =>
    [
        .. Enumerable.Range(0, (int)outer).SelectMany(_ => items.SelectMany(item => Enumerable.Repeat(item, (int)inner))),
    ];

    private static ValueUnits? Reduce(GraphReduction reduction, ValueUnits x, long[] shape)
    {
        var gone = reduction.Dimensions.Select(dimension => At(dimension, shape)).ToHashSet();
        if (gone.Count == 0 || gone.Contains(x.Axis))
            return null;
        var axis = reduction.KeepsDimensions ? x.Axis : x.Axis - gone.Count(dimension => dimension < x.Axis);
        return (reduction.Kind == ReductionKind.Sum ? x.WithoutConstants() : x) with { Axis = axis };
    }

    private static double[] Apply(Activation activation, double[] constants)
    {
        using var scope = NewDisposeScope();
        var after = OperationRun.Compute(activation, tensor(constants, dtype: ScalarType.Float64, device: CPU)).data<double>().ToArray();
        return [.. constants.Select((constant, i) => double.IsNaN(constant) ? double.NaN : after[i])];
    }

    /// <summary>Units of the same place in all parts go together, so that the parts stay of one length.</summary>
    private IReadOnlyList<ValueUnits?>? Chunk(ValueUnits x, long[] shape, Chunking chunking)
    {
        if (At(chunking.Dimension, shape) != x.Axis)
            return [.. Enumerable.Repeat(x, chunking.Count)];
        if (x.Units.Length % chunking.Count != 0)
            return null;
        var length = x.Units.Length / chunking.Count;
        for (var i = length; i < x.Units.Length; i++)
            classes.Join(x.Units[i], x.Units[i % length]);
        return
        [
            .. Enumerable.Range(0, chunking.Count).Select(part => new ValueUnits(
                x.Axis, x.Units[(part * length)..((part + 1) * length)], x.Constants[(part * length)..((part + 1) * length)])),
        ];
    }

    private ValueUnits? Join(GraphNode node, Arithmetic arithmetic)
    {
        var (left, right) = (node.Inputs[0], node.Inputs[1]);
        var rank = shapes[new(node.Id)].Length;
        var (a, b) = (Aligned(left, rank), Aligned(right, rank));
        if (a is not null && b is not null)
        {
            if (a.Axis != b.Axis || a.Units.Length != b.Units.Length)
                return null;
            for (var i = 0; i < a.Units.Length; i++)
                classes.Join(a.Units[i], b.Units[i]);
            return a with { Constants = [.. a.Constants.Zip(b.Constants, (p, q) => Compute(arithmetic.Kind, p, q))] };
        }

        var (known, other, isLeft) = a is not null ? (a, right, true) : (b!, left, false);
        var shape = shapes[other];
        var place = known.Axis - (rank - shape.Length);
        if (place >= 0 && shape[place] != 1)
            return null;
        // What varies over places, or with the input, makes no constant of a constant, but zero times it is zero.
        return arithmetic.Kind == ArithmeticKind.Multiply || arithmetic.Kind == ArithmeticKind.Divide && isLeft
            ? known.WithoutConstants()
            : known.WithoutConstants(false);
    }

    private ValueUnits? Aligned(GraphValue value, int rank) =>
        unitsOf(value) is { } units ? units with { Axis = units.Axis + rank - shapes[value].Length } : null;

    private static double Compute(ArithmeticKind kind, double a, double b) => kind switch
    {
        ArithmeticKind.Add => a + b,
        ArithmeticKind.Subtract => a - b,
        ArithmeticKind.Multiply => a == 0 || b == 0 ? 0 : a * b,
        ArithmeticKind.Divide => a / b,
        ArithmeticKind.Power => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Pow(a, b),
        ArithmeticKind.Maximum => Math.Max(a, b),
        _ => Math.Min(a, b),
    };

    private ValueUnits? Concatenate(GraphNode node, Concatenation concatenation)
    {
        var axis = At(concatenation.Dimension, shapes[node.Inputs[0]]);
        var parts = node.Inputs.Select(input => (Shape: shapes[input], Units: unitsOf(input))).ToList();
        if (parts.Any(part => part.Units is { } units && units.Axis != axis))
            return parts.All(part => part.Units is { } units && units.Axis == parts[0].Units!.Axis) ? Beside(parts.Select(part =>
                part.Units!)) : null;
        List<int> all = [];
        List<double> constants = [];
        foreach (var (shape, units) in parts)
        {
            // What is not followed has units of its own here, which stay.
            var own = units?.Units ?? classes.Add(shape[axis]);
            if (units is null)
                classes.Pin(own);
            all.AddRange(own);
            constants.AddRange(units?.Constants ?? Enumerable.Repeat(double.NaN, own.Length));
        }

        return new(axis, [.. all], [.. constants]);
    }

    /// <summary>Along another dimension than that of the units: units of one index go together.</summary>
    private ValueUnits Beside(IEnumerable<ValueUnits> parts) => parts.Aggregate((first, second) =>
    {
        for (var i = 0; i < first.Units.Length; i++)
            classes.Join(first.Units[i], second.Units[i]);
        return first with
        {
            Constants = [.. first.Constants.Zip(second.Constants, (p, q) => p.Equals(q) ? p : double.NaN)],
        };
    });
}
