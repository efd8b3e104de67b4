using BayesGen.Structure;
using static BayesGen.Export.OnnxGraph;

namespace BayesGen.Export;

/// <summary>Each step of a plan as nodes of ONNX, opset 17.</summary>
/// <param name="graph">Gets the nodes.</param>
/// <param name="two">The plan for two examples.</param>
/// <param name="three">The plan for three: dimensions in which the two differ are those of the batch.</param>
/// <param name="weightOf">The name of a constant.</param>
internal sealed class OnnxSteps(OnnxGraph graph, ExportPlan two, ExportPlan three, Func<PlanConstant, string> weightOf)
{
    private readonly Dictionary<int, string> _names = [];

    /// <summary>Adds all steps.</summary>
    /// <param name="inputs">The names of the inputs.</param>
    /// <returns>The name of the output.</returns>
    public string AddAll(IReadOnlyList<string> inputs)
    {
        foreach (var (input, name) in two.Inputs.Zip(inputs))
            _names[input.Id] = name;
        foreach (var (step, other) in two.Steps.Zip(three.Steps))
            Add(step, other);
        return In(two.Output);
    }

    private string In(PlanValue value) => value.Constant is { } constant ? weightOf(constant) : _names[value.Id];

    private void Set(PlanStep step, string name) => _names[step.Output.Id] = name;

    private void Add(PlanStep step, PlanStep other)
    {
        switch (step)
        {
            case RecurrentStep recurrent:
                Recurrent(recurrent);
                break;
            default:
                Set(step, One(step, other));
                break;
        }
    }

    private string One(PlanStep step, PlanStep other) => step switch
    {
        LinearStep linear => Linear(linear),
        ConvolutionStep convolution => Convolve(convolution),
        LookupStep lookup => graph.Node("Gather", [weightOf(lookup.Table), In(step.Input)]),
        AffineStep affine => Affine(affine),
        NormalizeStep normalize => Normalize(normalize),
        PoolStep pool => OnnxPooling.Add(graph, pool, In(step.Input)),
        MapStep map => OnnxFunctions.Add(graph, map, In(step.Input)),
        ScaleStep scale => Scale(In(step.Input), scale.Factor, scale.Summand),
        PowerStep power => graph.Node("Pow", [In(step.Input), graph.Float(power.Exponent)]),
        CombineStep { IsSlope: true } slope => graph.Node("PRelu", [In(slope.A), In(slope.B)]),
        CombineStep combine => graph.Node(NameOf(combine.Kind!.Value), [In(combine.A), In(combine.B)]),
        MatMulStep product => graph.Node("MatMul", [In(product.A), In(product.B)]),
        CatStep cat => graph.Node("Concat", [.. cat.Parts.Select(In)], OnnxAttribute("axis", cat.Axis)),
        SliceStep slice => Slice(slice, (SliceStep)other),
        ReshapeStep => Reshape(step, other),
        PermuteStep permute => graph.Node("Transpose", [In(step.Input)], OnnxAttribute("perm", permute.Dimensions)),
        ExpandStep => Expand(step, other),
        PadStep pad => graph.Node(
            "Pad",
            [In(step.Input), graph.Longs([.. pad.Before.Concat(pad.After).Select(n => (long)n)]), graph.Float(pad.Value)]),
        ReduceStep reduce => Reduce(reduce),
        SoftmaxStep softmax => graph.Node(
            softmax.IsLog ? "LogSoftmax" : "Softmax", [In(step.Input)], OnnxAttribute("axis", softmax.Axis)),
        ResizeStep resize => Resize(resize, (ResizeStep)other),
        _ => throw new NotSupportedException($"'{step.Source}' has no counterpart in ONNX ({step.GetType().Name})."),
    };

    private string Scale(string x, double factor, double summand)
    {
        if (factor != 1)
            x = graph.Node("Mul", [x, graph.Float(factor)]);
        return summand != 0 || factor == 1 ? graph.Node("Add", [x, graph.Float(summand)]) : x;
    }

    private static string NameOf(ArithmeticKind kind) => kind switch
    {
        ArithmeticKind.Add => "Add",
        ArithmeticKind.Subtract => "Sub",
        ArithmeticKind.Multiply => "Mul",
        ArithmeticKind.Divide => "Div",
        ArithmeticKind.Power => "Pow",
        ArithmeticKind.Maximum => "Max",
        _ => "Min",
    };

    private string Linear(LinearStep step)
    {
        var (x, weight) = (In(step.Input), weightOf(step.Weight));
        if (step.Input.Shape.Length == 2)
            return graph.Node(
                "Gemm", step.Bias is null ? [x, weight] : [x, weight, weightOf(step.Bias)], OnnxAttribute("transB", 1));
        var y = graph.Node("MatMul", [x, graph.Node("Transpose", [weight], OnnxAttribute("perm", [1, 0]))]);
        return step.Bias is null ? y : graph.Node("Add", [y, weightOf(step.Bias)]);
    }

    private string Convolve(ConvolutionStep step)
    {
        List<string> inputs = [In(step.Input), weightOf(step.Weight)];
        if (step.Bias is not null)
            inputs.Add(weightOf(step.Bias));
        List<ProtoMessage> attributes =
        [
            OnnxAttribute("kernel_shape", step.Weight.Shape[2..]), OnnxAttribute("strides", step.Stride),
            OnnxAttribute("dilations", step.Dilation),
            OnnxAttribute("pads", step.Padding.Concat(step.Padding)), OnnxAttribute("group", step.Groups),
        ];
        if (step.OutputPadding is null)
            return graph.Node("Conv", inputs, attributes);
        attributes.Add(OnnxAttribute("output_padding", step.OutputPadding));
        return graph.Node("ConvTranspose", inputs, attributes);
    }

    private string Affine(AffineStep step)
    {
        var behind = step.Input.Shape.Length - 1 - step.Axis;
        return graph.Node("Add", [graph.Node("Mul", [In(step.Input), Wide(step.Scale)]), Wide(step.Shift)]);

        string Wide(PlanConstant constant) => behind == 0 ? weightOf(constant)
            : graph.Node("Reshape", [weightOf(constant), graph.Longs([constant.Shape[0], .. Enumerable.Repeat(1L, behind)])]);
    }

    private string Normalize(NormalizeStep step)
    {
        var x = In(step.Input);
        var centered = graph.Node("Sub", [x, Mean(x)]);
        var variance = graph.Node("Add", [Mean(graph.Node("Mul", [centered, centered])), graph.Float(step.Eps)]);
        return graph.Node("Div", [centered, graph.Node("Sqrt", [variance])]);

        string Mean(string of) => graph.Node("ReduceMean", [of], OnnxAttribute("axes", [-1]), OnnxAttribute("keepdims", 1));
    }

    private string Reduce(ReduceStep step)
    {
        var x = In(step.Input);
        // ReduceSum takes its axes as an input in opset 17, the others as an attribute.
        return step.Kind == ReductionKind.Sum
            ? graph.Node("ReduceSum", [x, graph.Longs([.. step.Axes.Select(axis => (long)axis)])], OnnxAttribute("keepdims", 1))
            : graph.Node(
                step.Kind switch
                {
                    ReductionKind.Mean => "ReduceMean",
                    ReductionKind.Maximum => "ReduceMax",
                    _ => "ReduceMin",
                },
                [x], OnnxAttribute("axes", step.Axes), OnnxAttribute("keepdims", 1));
    }

    private string Slice(SliceStep step, SliceStep other)
    {
        var (length, isWhole) = (step.Output.Shape[step.Axis], step.Start + step.Output.Shape[step.Axis] == step.Input.Shape[step.Axis]);
        var fromEnd = step.Start - step.Input.Shape[step.Axis];
        if (step.Start == other.Start && length == other.Output.Shape[step.Axis])
            return Cut(step.Start, step.Start + length);
        if (isWhole && other.Start == step.Start)
            return Cut(step.Start, long.MaxValue);
        return isWhole && other.Start - other.Input.Shape[other.Axis] == fromEnd
            ? Cut(fromEnd, long.MaxValue)
            : throw Batch(step, "what it takes depends on the number of examples");

        string Cut(long from, long to) => graph.Node(
            "Slice", [In(step.Input), graph.Longs(from), graph.Longs(to), graph.Longs(step.Axis)]);
    }

    private string Reshape(PlanStep step, PlanStep other) => graph.Node(
        "Reshape", [In(step.Input), Remaining(step, other)]);

    /// <summary>The shape of an output, where at most one size depends on the batch: that one is what remains.</summary>
    private string Remaining(PlanStep step, PlanStep other)
    {
        long[] sizes = [.. step.Output.Shape.Zip(other.Output.Shape, (size, wider) => size == wider ? size : -1L)];
        return sizes.Count(size => size == -1) > 1
            ? throw Batch(step, "two sizes depend on the number of examples")
            : graph.Longs(sizes);
    }

    /// <summary>Numbers that are the same for each example are repeated by the size that the input has when the file runs.</summary>
    private string Expand(PlanStep step, PlanStep other)
    {
        // Expand keeps a size where 1 is asked for.
        long[] sizes = [.. step.Output.Shape.Zip(other.Output.Shape, (size, wider) => size == wider ? size : 1L)];
        int[] repeated = [.. Enumerable.Range(0, sizes.Length).Where(i =>
            step.Output.Shape[i] != other.Output.Shape[i] && step.Input.Shape[i] != step.Output.Shape[i])];
        if (repeated.Length == 0)
            return graph.Node("Expand", [In(step.Input), graph.Longs(sizes)]);
        if (repeated.Any(i => step.Output.Shape[i] != two.Inputs[0].Shape[0] || other.Output.Shape[i] != three.Inputs[0].Shape[0]))
            throw Batch(step, "it repeats numbers by what depends on the number of examples");
        var count = graph.Node("Shape", [In(two.Inputs[0])], OnnxAttribute("start", 0), OnnxAttribute("end", 1));
        var shape = graph.Node(
            "Concat", [.. sizes.Select((size, i) => repeated.Contains(i) ? count : graph.Longs(size))], OnnxAttribute("axis", 0));
        return graph.Node("Expand", [In(step.Input), shape]);
    }

    private static NotSupportedException Batch(PlanStep step, string why) => new(
        $"'{step.Source}' has no counterpart in ONNX for batches of any size: {why}. Keep the batch a dimension of its own.");

    private string Resize(ResizeStep step, ResizeStep other)
    {
        if (!step.Output.Shape.AsSpan(1).SequenceEqual(other.Output.Shape.AsSpan(1)))
            throw Batch(step, "the size depends on the number of examples");
        if (step.Mode == ResizingMode.Cubic && step.Output.Shape.Length != 4)
            throw new NotSupportedException($"'{step.Source}': cubic interpolation is for maps of two dimensions.");
        int[] axes = [.. Enumerable.Range(2, step.Output.Shape.Length - 2)];
        // Factors that are given count as they are; sizes that are given would be off by one where a quotient of floats is cut.
        string[] inputs = step.Factors.Length > 0
            ? [In(step.Input), "", graph.FloatRow([1, 1, .. axes.Select(axis => (float)step.Factors[axis - 2])])]
            :
            [
                In(step.Input), "", "",
                graph.Node(
                    "Concat",
                    [
                        graph.Node("Shape", [In(step.Input)], OnnxAttribute("start", 0), OnnxAttribute("end", 2)),
                        graph.Longs([.. axes.Select(axis => (long)step.Output.Shape[axis])]),
                    ],
                    OnnxAttribute("axis", 0)),
            ];
        return graph.Node(
            "Resize", inputs,
            OnnxAttribute("mode", step.Mode switch
            {
                ResizingMode.Nearest => "nearest",
                ResizingMode.Linear => "linear",
                _ => "cubic",
            }),
            OnnxAttribute("coordinate_transformation_mode", step.Mode == ResizingMode.Nearest ? "asymmetric"
                : step.AlignsCorners ? "align_corners" : "half_pixel"),
            OnnxAttribute("nearest_mode", "floor"),
            OnnxAttribute("cubic_coeff_a", -0.75f));
    }

    private void Recurrent(RecurrentStep step)
    {
        // Torch's gates are i, f, g, o and r, z, n; those of ONNX i, o, f, c and z, r, h.
        int[] order = step.IsLstm ? [0, 3, 1, 2] : [1, 0, 2];
        var hidden = step.WeightH.Shape[1];
        List<ProtoMessage> attributes =
            [OnnxAttribute("hidden_size", hidden), OnnxAttribute("direction", step.IsReverse ? "reverse" : "forward")];
        if (!step.IsLstm)
            attributes.Add(OnnxAttribute("linear_before_reset", 1));
        List<string> inputs = [In(step.Input), Gates(weightOf(step.WeightX)), Gates(weightOf(step.WeightH))];
        if (step.BiasX is not null && step.BiasH is not null)
            inputs.Add(graph.Node(
                "Concat", [Gates(weightOf(step.BiasX)), Gates(weightOf(step.BiasH))], OnnxAttribute("axis", 1)));
        var outputs = graph.Nodes(step.IsLstm ? "LSTM" : "GRU", inputs, step.IsLstm ? 3 : 2, attributes);
        Set(step, graph.Node("Squeeze", [outputs[0], graph.Longs(1)]));
        _names[step.Hidden.Id] = outputs[1];
        if (step.Cell is not null)
            _names[step.Cell.Id] = outputs[2];

        string Gates(string weight) => graph.Node(
            "Unsqueeze",
            [
                graph.Node("Gather", [weight, graph.Longs(
                    [.. order.SelectMany(gate => Enumerable.Range(gate * hidden, hidden)).Select(row => (long)row)])],
                OnnxAttribute("axis", 0)),
                graph.Longs(0),
            ]);
    }
}
