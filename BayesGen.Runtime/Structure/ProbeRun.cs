using BayesGen.Noise;

namespace BayesGen.Structure;

/// <summary>
/// One run of a network on the same example over and over: in each row another output unit of one layer is NaN, or in two more runs noise,
/// and the other layers put out what they put out without. Who sees NaN or another number reads that unit.
/// </summary>
/// <remarks>
/// NaN goes through everything that computes with it. What loses it, such as a choice by comparison, shows by the noise. The first and the
/// last row are as they were: where they change too, the examples of a batch are not independent.
/// </remarks>
internal sealed class ProbeRun
{
    /// <summary>The part by which a number differs that has changed: far above rounding, far below the noise.</summary>
    private const double Changed = 1e-4;

    private readonly ProbedLayer? _target;
    private readonly ProbePlan? _plan;
    private readonly int _count;
    private readonly ProbeMark _mark;
    private readonly DisposeScope _scope;
    private readonly VeiledInputs? _veiled;
    private readonly Dictionary<ProbedLayer, int> _calls = [];
    private readonly Dictionary<ProbedLayer, Tensor> _seen = [];

    /// <param name="target">The layer whose units are marked; null for the network's own input.</param>
    /// <param name="plan">Which of its units are marked in which row; null for the network's own input.</param>
    /// <param name="mark">What they are marked with.</param>
    /// <param name="scope">Where what is seen lives: hooks run in whatever scope a forward has made.</param>
    /// <param name="veiled">Is told where marks show; null where nobody asks.</param>
    public ProbeRun(ProbedLayer? target, ProbePlan? plan, ProbeMark mark, DisposeScope scope, VeiledInputs? veiled = null)
    {
        (_target, _plan, _count, _mark, _scope, _veiled) = (target, plan, plan?.Rows ?? 1, mark, scope, veiled);
    }

    /// <summary>The number of examples.</summary>
    public long Rows => _count + 2;

    /// <summary>The layers whose units are not followed and that saw NaN, with the rows in which they did.</summary>
    public Dictionary<ProbedLayer, bool[]> Met { get; } = [];

    /// <summary>The readers that saw something, with [row, input unit] flat.</summary>
    public IEnumerable<(ProbedLayer Layer, bool[] Seen)> Seen => _seen.Select(entry => (entry.Key, Flags(entry.Value)));

    /// <summary>The input of the network: the example in each row, marked where no layer is.</summary>
    public Tensor InputOf(Tensor example)
    {
        var clean = example.expand([Rows, .. example.shape[1..]]).contiguous();
        if (_target is not null || _mark == ProbeMark.Silence)
            return clean;
        using var row = clean.narrow(0, 1, 1);
        row.copy_(Marked(example));
        return clean;
    }

    /// <summary>Looks at what a layer reads; one example of it is enough to go in, since its output is replaced.</summary>
    public Tensor Enter(ProbedLayer layer, Tensor input)
    {
        var call = _calls.GetValueOrDefault(layer);
        _calls[layer] = call + 1;
        if (call >= layer.Calls.Count)
            throw Unsteady(layer);
        if (layer.Calls[call].Input is not { } known)
            return input;
        if (layer.IsReader)
            See(layer, input, known, layer.InputAxis(input));
        if (!layer.IsProducer)
            return input;
        RequireRows(layer, input, known);
        return known.alias();
    }

    /// <summary>Puts the output of a layer without the marks, or its own with them, in the given one's place.</summary>
    public Tensor Leave(ProbedLayer layer, Tensor output)
    {
        if (!layer.IsProducer)
            return output;
        var known = layer.Calls[_calls[layer] - 1].Output;
        long[] shape = [Rows * known.size(0), .. known.shape[1..]];
        if (_mark == ProbeMark.Silence)
            return zeros(shape, dtype: output.dtype, device: output.device);
        var clean = known.unsqueeze(0);
        var axis = layer.OutputAxis(known) + 1;
        long[] all = [Rows, .. clean.shape[1..]];

        // A copy, since what follows may work in place.
        if (!ReferenceEquals(layer, _target))
            return clean.expand(all).clone().reshape(shape);
        using var scope = NewDisposeScope();
        var marked = zeros([Rows, layer.Outputs], dtype: ScalarType.Bool, device: output.device);
        marked.narrow(0, 1, _count).copy_(_plan!.Marks(layer.Outputs, output.device));
        long[] places = [.. all.Select((_, i) => i == 0 ? Rows : i == axis ? layer.Outputs : 1)];
        return where(marked.view(places), Marked(clean), clean).reshape(shape).MoveToOuterDisposeScope();
    }

    /// <summary>Notes in which rows a layer whose units are not followed reads marks.</summary>
    public void Meet(ProbedLayer layer, Tensor input)
    {
        if (_mark != ProbeMark.NaN || !input.is_floating_point())
            return;
        using var scope = NewDisposeScope();
        var nan = input.isnan();
        if (!nan.any().item<bool>())
            return;
        if (!Met.TryGetValue(layer, out var met))
            Met[layer] = met = new bool[_count];

        // Where the rows are not those of the input, the clean ones see NaN too, and it may be any of the units.
        var rows = input.size(0) % Rows == 0 ? nan.reshape(Rows, -1).any(1).cpu().data<bool>().ToArray() : [true];
        for (var unit = 0; unit < _count; unit++)
            met[unit] |= rows[0] || rows[^1] || rows[unit + 1];
    }

    /// <summary>In which rows the marks show in an output of the network.</summary>
    /// <param name="output">The output.</param>
    /// <param name="known">The same for one example.</param>
    public bool[] InOutput(Tensor output, Tensor known)
    {
        RequireRows(null, output, known);
        using var scope = NewDisposeScope();
        return Flags(Difference(output, known).flatten(1).any(1).unsqueeze(1));
    }

    private void See(ProbedLayer layer, Tensor input, Tensor known, int axis)
    {
        RequireRows(layer, input, known);
        using var scope = NewDisposeScope();
        Tensor seen;
        if (_mark == ProbeMark.Silence)
            seen = Uneven(input, known, axis);
        else
        {
            var places = ByUnit(Difference(input, known), axis);
            _veiled?.Note(_mark, layer, _calls[layer], places);
            seen = places.any(2);
        }

        if (_seen.TryGetValue(layer, out var before))
            before.logical_or_(seen);
        else
        {
            _seen[layer] = seen.DetachFromDisposeScope();
            _scope.Attach(seen);
        }
    }

    /// <summary>Where a tensor is NaN, or another than the known one: [row, part of the example, ...].</summary>
    private Tensor Difference(Tensor tensor, Tensor known)
    {
        var rows = tensor.detach().reshape([Rows, .. known.shape]);
        var nan = rows.isnan();
        if (_mark == ProbeMark.NaN)
            return nan;
        var clean = known.unsqueeze(0);
        return (rows.Subtract(clean).abs() > clean.abs().AddTo(Operand(1)) * Operand(Changed)).logical_or(nan);
    }

    /// <summary>Which input units differ from place to place, told for the middle row alone.</summary>
    private Tensor Uneven(Tensor tensor, Tensor known, int axis)
    {
        var units = ByUnit(tensor.detach().reshape([Rows, .. known.shape]), axis);
        var first = units.narrow(2, 0, 1);
        var isEven = (units.Subtract(first).abs() <= first.abs().AddTo(Operand(1)) * Operand(Changed)).all(2);
        using var row = isEven.narrow(0, 1, 1).logical_not();
        var uneven = zeros_like(isEven, dtype: isEven.dtype, device: isEven.device);
        uneven.narrow(0, 1, 1).copy_(row);
        return uneven;
    }

    /// <summary>[row, unit, everything else].</summary>
    private static Tensor ByUnit(Tensor rows, int axis) => rows.transpose(1, axis + 1).flatten(2);

    private Tensor Marked(Tensor clean)
    {
        if (clean.dtype == ScalarType.Bool)
            return clean.logical_not();
        if (!clean.is_floating_point())
        {
            // Another number of those that are there, since others may be out of range, as words of an embedding are.
            var (least, most) = (clean.min(), clean.max());
            return least.eq(most).item<bool>() ? clean.eq(Operand(0)).to(clean.dtype) : where(clean == least, most, least);
        }

        if (_mark == ProbeMark.NaN)
            return full_like(clean, Operand(double.NaN), dtype: clean.dtype, device: clean.device);

        // Farther than any of the numbers is from zero, so that up and down lie on different sides of what it may be compared with.
        var like = zeros(clean.shape, dtype: clean.dtype, device: clean.device);
        var noise = new NoiseSource(1).Normal(like);
        var shift = noise.AddTo(noise.sign()) * (clean.abs().max().AddTo(Operand(1)) * Operand(3));
        return _mark == ProbeMark.Up ? clean.AddTo(shift) : clean.Subtract(shift);
    }

    private bool[] Flags(Tensor seen)
    {
        using var scope = NewDisposeScope();
        var ends = stack([seen[0], seen[Rows - 1]]);
        if (ends.any().item<bool>())
            throw new NotSupportedException(
                "The units of the network cannot be distinguished: what one example of a batch is changes the answer to another one, or the "
                + "same example gets another answer each time. In evaluation mode each example has to be answered by itself.");
        return seen.narrow(0, 1, _count).cpu().contiguous().data<bool>().ToArray();
    }

    private void RequireRows(ProbedLayer? layer, Tensor tensor, Tensor known)
    {
        if (tensor.dim() != known.dim() || tensor.numel() != Rows * known.numel() || tensor.size(0) != Rows * known.size(0))
            throw Unsteady(layer);
    }

    private static NotSupportedException Unsteady(ProbedLayer? layer) => new(
        $"The units of the network cannot be followed: {(layer is null ? "its output" : $"what goes through '{layer.Key}'")} does not grow "
        + "with the number of examples in a batch alone. The first dimension of the example has to be the batch, and forward has to "
        + "take batches of any size.");
}
