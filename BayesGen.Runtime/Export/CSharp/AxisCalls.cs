using BayesGen.Export.Emitted;
using BayesGen.Structure;

namespace BayesGen.Export;

/// <summary>What is done along one axis after the other: pooling, reductions, resizing.</summary>
internal static class AxisCalls
{
    public static void Pool(CSharpProgram program, PoolStep step)
    {
        var pooling = step.Pooling;
        var rank = pooling.Kernel.Count;
        var isMaximum = pooling.Kind is PoolingKind.Maximum or PoolingKind.AdaptiveMaximum;
        var (x, shape) = (program.Place(step.Input), step.Input.Shape.ToArray());
        for (var i = 0; i < rank; i++)
        {
            var axis = shape.Length - rank + i;
            var (input, output) = (shape[axis], step.Output.Shape[axis]);
            var (text, windows) = WindowsOf(pooling, i, input, output);
            var field = program.Fixed($"Windows{program.Step}_{i}", "Windows", text, windows);
            (x, shape) = Along(
                program, step.Output, x, shape, axis, field, windows, isMaximum, mean: pooling.Divisor is null, i == rank - 1);
        }

        if (pooling.Divisor is { } divisor && !isMaximum)
            MapCalls.Scale(program, x, x, step.Output.Count, 1.0 / divisor, 0);
    }

    public static void Reduce(CSharpProgram program, ReduceStep step)
    {
        var (x, shape) = (program.Place(step.Input), step.Input.Shape.ToArray());
        var isNegated = step.Kind == ReductionKind.Minimum;
        if (isNegated)
        {
            var negated = program.Temporary(step.Input.Count);
            MapCalls.Scale(program, x, negated, step.Input.Count, -1, 0);
            x = negated;
        }

        for (var i = 0; i < step.Axes.Length; i++)
        {
            var size = shape[step.Axes[i]];
            var field = program.Fixed(
                $"Windows{program.Step}_{i}", "Windows", $"Windows.Even({size}, 1)", AxisKernels.Windows.Even(size, 1));
            (x, shape) = Along(
                program, step.Output, x, shape, step.Axes[i], field, field.Of<AxisKernels.Windows>(0),
                step.Kind is ReductionKind.Maximum or ReductionKind.Minimum, step.Kind == ReductionKind.Mean, i == step.Axes.Length - 1);
        }

        if (isNegated)
            MapCalls.Scale(program, x, x, step.Output.Count, -1, 0);
    }

    public static void Resize(CSharpProgram program, ResizeStep step)
    {
        if (step.Mode == ResizingMode.Cubic)
            throw new NotSupportedException(
                $"'{step.Source}': cubic interpolation has no counterpart in C#. Interpolate linearly, or write ONNX.");
        var (x, shape) = (program.Place(step.Input), step.Input.Shape.ToArray());
        for (var axis = 2; axis < shape.Length; axis++)
        {
            var (n, m) = (shape[axis], step.Output.Shape[axis]);
            var (low, high, part) = Between(step, n, m, axis - 2);
            var (outer, _, inner) = AxisShape.Around(shape, axis);
            shape[axis] = m;
            var from = x;
            var y = axis == shape.Length - 1
                ? program.Place(step.Output)
                : program.Temporary(shape.Aggregate(1, (all, size) => all * size));
            var parts = $"[{string.Join(", ", part.Select(number => NumberText.Of(number)))}]";
            program.Call(
                "Resample", $"Resample({from}, {y}, {NumberText.Of(low)}, {NumberText.Of(high)}, {parts}, {outer}, {n}, {inner});",
                (s, draw) => AxisKernels.Resample(from.In(s, draw), y.Out(s), low, high, part, outer, n, inner));
            x = y;
        }
    }

    private static (string Text, AxisKernels.Windows Windows) WindowsOf(Pooling pooling, int i, int input, int output)
    {
        if (pooling.Kind is PoolingKind.AdaptiveAverage or PoolingKind.AdaptiveMaximum)
            return ($"Windows.Even({input}, {output})", AxisKernels.Windows.Even(input, output));
        var (kernel, stride, pad) = ((int)pooling.Kernel[i], (int)pooling.Stride[i], (int)pooling.Padding[i]);
        var dilation = pooling.Dilation.Count > 0 ? (int)pooling.Dilation[i] : 1;
        var counts = pooling.CountIncludesPadding;
        return (
            $"Windows.Of({input}, {output}, {kernel}, {stride}, {pad}, {dilation}, {(counts ? "true" : "false")})",
            AxisKernels.Windows.Of(input, output, kernel, stride, pad, dilation, counts));
    }

    private static (CSharpOperand Y, int[] Shape) Along(
        CSharpProgram program, PlanValue output, CSharpOperand x, int[] shape, int axis, CSharpField field, AxisKernels.Windows windows,
        bool isMaximum, bool mean, bool isLast)
    {
        var (outer, n, inner) = AxisShape.Around(shape, axis);
        shape = [.. shape];
        shape[axis] = windows.From.Length;
        var y = isLast ? program.Place(output) : program.Temporary(shape.Aggregate(1, (all, size) => all * size));
        program.Regions.Add("Windows");
        if (isMaximum)
            program.Call(
                "MaxPool", $"MaxPool({x}, {y}, {field.Name}, {outer}, {n}, {inner});",
                (s, draw) => AxisKernels.MaxPool(x.In(s, draw), y.Out(s), windows, outer, n, inner));
        else
            program.Call(
                "SumPool", $"SumPool({x}, {y}, {field.Name}, {outer}, {n}, {inner}, mean: {(mean ? "true" : "false")});",
                (s, draw) => AxisKernels.SumPool(x.In(s, draw), y.Out(s), windows, outer, n, inner, mean));
        return (y, shape);
    }

    /// <summary>For each new place the two old ones that it lies between, and how far it is from the first.</summary>
    private static (int[] Low, int[] High, float[] Part) Between(ResizeStep step, int n, int m, int dimension)
    {
        var (low, high, part) = (new int[m], new int[m], new float[m]);
        var factor = step.Factors.Length > 0 ? 1 / step.Factors[dimension] : (double)n / m;
        for (var i = 0; i < m; i++)
        {
            var place = step.Mode == ResizingMode.Nearest ? Math.Floor(i * factor)
                : step.AlignsCorners ? m == 1 ? 0 : i * (n - 1.0) / (m - 1)
                : Math.Max(0, (i + 0.5) * factor - 0.5);
            low[i] = Math.Min((int)place, n - 1);
            high[i] = Math.Min(low[i] + 1, n - 1);
            part[i] = (float)(place - (int)place);
        }

        return (low, high, part);
    }
}
