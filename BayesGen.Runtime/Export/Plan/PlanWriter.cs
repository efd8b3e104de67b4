using BayesGen.Structure;

namespace BayesGen.Export;

/// <summary>
/// Adds steps to a plan, each with the shape of what it computes: those that move numbers here, those that compute in
/// <see cref="PlanComputations"/>.
/// </summary>
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

    /// <summary>Adds a step; where it stands in the source is where the writer is.</summary>
    public void Add(PlanStep step) => _steps.Add(step);

    /// <summary>A value that a step computes.</summary>
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

    public PlanValue Cat(IReadOnlyList<PlanValue> parts, int axis)
    {
        var shape = parts[0].Shape.ToArray();
        shape[axis] = parts.Sum(part => part.Shape[axis]);
        var y = Value(shape);
        Add(new CatStep(parts, axis, y, Source));
        return y;
    }

    public PlanValue Slice(PlanValue x, int axis, int start, int length)
    {
        if (start == 0 && length == x.Shape[axis])
            return x;
        var shape = x.Shape.ToArray();
        shape[axis] = length;
        var y = Value(shape);
        Add(new SliceStep(x, axis, start, y, Source));
        return y;
    }

    public PlanValue Reshape(PlanValue x, params int[] shape)
    {
        if (x.Shape.AsSpan().SequenceEqual(shape))
            return x;
        var y = Value(shape);
        Add(new ReshapeStep(x, y, Source));
        return y;
    }

    public PlanValue Permute(PlanValue x, params int[] dimensions)
    {
        var y = Value([.. dimensions.Select(dimension => x.Shape[dimension])]);
        Add(new PermuteStep(x, dimensions, y, Source));
        return y;
    }

    public PlanValue Expand(PlanValue x, int[] shape)
    {
        if (x.Shape.AsSpan().SequenceEqual(shape))
            return x;
        var y = Value(shape);
        Add(new ExpandStep(x, y, Source));
        return y;
    }

    public PlanValue Pad(PlanValue x, int[] before, int[] after, double value)
    {
        var y = Value([.. x.Shape.Select((size, i) => size + before[i] + after[i])]);
        Add(new PadStep(x, before, after, value, y, Source));
        return y;
    }
}
