using BayesGen.Structure;

namespace BayesGen.Export;

/// <summary>Adds steps to a plan, each with the shape of what it computes.</summary>
internal sealed class PlanWriter
{
    private readonly List<PlanStep> _steps = [];
    private readonly Dictionary<string, PlanConstant> _constants = [];
    private int _values;

    /// <summary>Where the node that is being written stands in the source.</summary>
    public string Source { get; set; } = "";

    public IReadOnlyList<PlanStep> Steps => _steps;

    public IReadOnlyList<PlanConstant> Constants => [.. _constants.Values];

    /// <summary>What an operation without counterpart is refused by.</summary>
    public NotSupportedException Refused(string what, string remedy) =>
        new($"'{Source}': {what} has no counterpart in an export. {remedy}");

    public PlanValue Value(params int[] shape) => new(_values++, shape);

    /// <summary>A constant by its name; a weight used twice is one.</summary>
    public PlanConstant Constant(string name, int[] shape, Func<float[]> read, string? key = null)
    {
        if (!_constants.TryGetValue(name, out var constant))
            _constants[name] = constant = new PlanConstant(name, shape, read) { Key = key };
        return constant;
    }

    public PlanConstant Constant(string name, Tensor tensor) =>
        Constant(name, [.. tensor.shape.Select(size => checked((int)size))], () => PlanNumbers.Of(tensor), name);

    public PlanValue Of(PlanConstant constant) => new(_values++, constant.Shape, constant);

    public PlanValue Linear(PlanValue x, PlanConstant weight, PlanConstant? bias)
    {
        var y = Value([.. x.Shape[..^1], weight.Shape[0]]);
        _steps.Add(new LinearStep(x, weight, bias, y, Source));
        return y;
    }

    public PlanValue Convolution(
        PlanValue x, PlanConstant weight, PlanConstant? bias, int[] stride, int[] padding, int[] dilation, int[]? outputPadding, int groups,
        int[] shape)
    {
        var y = Value(shape);
        _steps.Add(new ConvolutionStep(x, weight, bias, stride, padding, dilation, outputPadding, groups, y, Source));
        return y;
    }

    public PlanValue Lookup(PlanValue x, PlanConstant table)
    {
        var y = Value([.. x.Shape, table.Shape[1]]);
        _steps.Add(new LookupStep(x, table, y, Source));
        return y;
    }

    public PlanValue Affine(PlanValue x, PlanConstant scale, PlanConstant shift, int axis)
    {
        var y = Value(x.Shape);
        _steps.Add(new AffineStep(x, scale, shift, axis, y, Source));
        return y;
    }

    public PlanValue Normalize(PlanValue x, double eps)
    {
        var y = Value(x.Shape);
        _steps.Add(new NormalizeStep(x, eps, y, Source));
        return y;
    }

    public PlanValue Pool(PlanValue x, Pooling pooling, int[] shape)
    {
        var y = Value(shape);
        _steps.Add(new PoolStep(x, pooling, y, Source));
        return y;
    }

    public PlanValue Map(PlanValue x, Activation function)
    {
        var y = Value(x.Shape);
        _steps.Add(new MapStep(x, function, y, Source));
        return y;
    }

    public PlanValue Scale(PlanValue x, double factor, double summand)
    {
        var y = Value(x.Shape);
        _steps.Add(new ScaleStep(x, factor, summand, y, Source));
        return y;
    }

    public PlanValue Power(PlanValue x, double exponent)
    {
        var y = Value(x.Shape);
        _steps.Add(new PowerStep(x, exponent, y, Source));
        return y;
    }

    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    /// <param name="kind">What is computed; null for a leaky rectifier of slopes b.</param>
    public PlanValue Combine(PlanValue a, PlanValue b, ArithmeticKind? kind)
    {
        var y = Value(Broadcast(a.Shape, b.Shape));
        _steps.Add(new CombineStep(a, b, kind, y, Source));
        return y;
    }

    /// <summary>The product of matrices, whose dimensions before the last two are brought to one shape.</summary>
    public PlanValue MatMul(PlanValue a, PlanValue b)
    {
        var lead = Broadcast(a.Shape[..^2], b.Shape[..^2]);
        (a, b) = (Expand(a, [.. lead, .. a.Shape[^2..]]), Expand(b, [.. lead, .. b.Shape[^2..]]));
        var y = Value([.. lead, a.Shape[^2], b.Shape[^1]]);
        _steps.Add(new MatMulStep(a, b, y, Source));
        return y;
    }

    public PlanValue Cat(IReadOnlyList<PlanValue> parts, int axis)
    {
        var shape = parts[0].Shape.ToArray();
        shape[axis] = parts.Sum(part => part.Shape[axis]);
        var y = Value(shape);
        _steps.Add(new CatStep(parts, axis, y, Source));
        return y;
    }

    public PlanValue Slice(PlanValue x, int axis, int start, int length)
    {
        if (start == 0 && length == x.Shape[axis])
            return x;
        var shape = x.Shape.ToArray();
        shape[axis] = length;
        var y = Value(shape);
        _steps.Add(new SliceStep(x, axis, start, y, Source));
        return y;
    }

    public PlanValue Reshape(PlanValue x, params int[] shape)
    {
        if (x.Shape.AsSpan().SequenceEqual(shape))
            return x;
        var y = Value(shape);
        _steps.Add(new ReshapeStep(x, y, Source));
        return y;
    }

    public PlanValue Permute(PlanValue x, params int[] dimensions)
    {
        var y = Value([.. dimensions.Select(dimension => x.Shape[dimension])]);
        _steps.Add(new PermuteStep(x, dimensions, y, Source));
        return y;
    }

    public PlanValue Expand(PlanValue x, int[] shape)
    {
        if (x.Shape.AsSpan().SequenceEqual(shape))
            return x;
        var y = Value(shape);
        _steps.Add(new ExpandStep(x, y, Source));
        return y;
    }

    public PlanValue Pad(PlanValue x, int[] before, int[] after, double value)
    {
        var y = Value([.. x.Shape.Select((size, i) => size + before[i] + after[i])]);
        _steps.Add(new PadStep(x, before, after, value, y, Source));
        return y;
    }

    public PlanValue Reduce(PlanValue x, ReductionKind kind, int[] axes)
    {
        var y = Value([.. x.Shape.Select((size, i) => axes.Contains(i) ? 1 : size)]);
        _steps.Add(new ReduceStep(x, kind, axes, y, Source));
        return y;
    }

    public PlanValue Softmax(PlanValue x, int axis, bool isLog)
    {
        var y = Value(x.Shape);
        _steps.Add(new SoftmaxStep(x, axis, isLog, y, Source));
        return y;
    }

    public PlanValue Resize(PlanValue x, ResizingMode mode, bool alignsCorners, double[] factors, int[] shape)
    {
        var y = Value(shape);
        _steps.Add(new ResizeStep(x, mode, alignsCorners, factors, y, Source));
        return y;
    }

    public (PlanValue Y, PlanValue Hidden, PlanValue? Cell) Recurrent(
        PlanValue x, bool isLstm, bool isReverse, PlanConstant weightX, PlanConstant weightH, PlanConstant? biasX, PlanConstant? biasH)
    {
        int[] state = [1, x.Shape[1], weightH.Shape[1]];
        var (y, hidden, cell) = (Value([x.Shape[0], .. state[1..]]), Value(state), isLstm ? Value(state) : null);
        _steps.Add(new RecurrentStep(x, isLstm, isReverse, weightX, weightH, biasX, biasH, y, hidden, cell, Source));
        return (y, hidden, cell);
    }

    /// <summary>The shape of two values together.</summary>
    private static int[] Broadcast(int[] a, int[] b)
    {
        var shape = new int[Math.Max(a.Length, b.Length)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var (left, right) = (i <= a.Length ? a[^i] : 1, i <= b.Length ? b[^i] : 1);
            shape[^i] = left == 1 ? right : left;
        }

        return shape;
    }
}
