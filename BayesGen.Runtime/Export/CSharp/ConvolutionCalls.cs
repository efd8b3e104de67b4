using BayesGen.Export.Emitted;

namespace BayesGen.Export;

/// <summary>
/// Convolutions: over the map itself where the filter moves by one step and rows fill vectors, else over what it is multiplied by,
/// unrolled.
/// A transposed one is a convolution by the turned filter over the map spread out.
/// </summary>
internal static class ConvolutionCalls
{
    /// <summary>Shorter rows would leave most of a vector unused.</summary>
    private const int LeastWidth = 8;

    /// <summary>The part of weights below which leaving zeros out is faster.</summary>
    private const double SparseBelow = 0.6;

    public static void Add(CSharpProgram program, ConvolutionStep step)
    {
        var shape = step.Input.Shape;
        if (shape[0] != 1)
            throw new NotSupportedException(
                $"'{step.Source}' runs over {shape[0]} maps for one example, and a C# file runs over one. Put them into the channels.");
        int[] size = Three(shape[2..], 1), output = Three(step.Output.Shape[2..], 1), kernel = Three(step.Weight.Shape[2..], 1);
        int[] stride = Three(step.Stride, 1), pad = Three(step.Padding, 0), dilation = Three(step.Dilation, 1);
        var (weight, outputs) = (step.Weight, step.Output.Shape[1]);
        var x = program.Place(step.Input);
        if (step.OutputPadding is not null)
        {
            weight = Turned(weight, step.Groups);
            int[] into = [.. output.Select((length, i) => length + (kernel[i] - 1) * dilation[i])];
            int[] from = [.. pad.Select((amount, i) => (kernel[i] - 1) * dilation[i] - amount)];
            x = Place(program, x, shape[1], size, into, from, stride);
            size = into;
            stride = [1, 1, 1];
            pad = [0, 0, 0];
        }

        var channels = shape[1] / step.Groups;
        if (kernel.All(length => length == 1) && stride.All(length => length == 1) && pad.All(length => length == 0))
            size = output = [1, 1, size[0] * size[1] * size[2]];
        else if (stride.Any(length => length != 1) || output[2] < LeastWidth)
        {
            x = Unroll(program, x, shape[1], size, output, kernel, stride, pad, dilation);
            channels *= kernel.Aggregate(1, (all, length) => all * length);
            size = output = [1, 1, output.Aggregate(1, (all, length) => all * length)];
            kernel = [1, 1, 1];
        }
        else if (pad.Any(length => length != 0))
        {
            int[] into = [.. size.Select((length, i) => length + 2 * pad[i])];
            x = Place(program, x, shape[1], size, into, pad, [1, 1, 1]);
            size = into;
        }

        Slide(program, step, weight, x, channels, size, kernel, dilation, outputs);
    }

    private static void Slide(
        CSharpProgram program, ConvolutionStep step, PlanConstant weight, CSharpOperand x, int channels, int[] size, int[] kernel,
        int[] dilation, int outputs)
    {
        var arguments = string.Join(", ", new[] { channels }.Concat(size).Concat(kernel).Concat(dilation));
        var slide = ConvolutionKernels.Slide.Over(
            channels, size[0], size[1], size[2], kernel[0], kernel[1], kernel[2], dilation[0], dilation[1], dilation[2]);
        program.Regions.Add("Slide");
        var field = program.Fixed("Slide" + program.Step, "Slide", $"Slide.Over({arguments})", slide);
        var bias = LinearCalls.BiasOf(program, weight, step.Bias, outputs);
        var (y, perGroup) = (program.Place(step.Output), outputs / step.Groups);
        var map = size[0] * size[1] * size[2];
        var sparse = weight.Draws.Average(numbers => (double)numbers.Count(number => number != 0) / numbers.Length) < SparseBelow;
        var filters = sparse ? SparseField.Of(program, weight, outputs)
            : program.Weights(weight, outputs, "float[]", (text, numbers) => (text, numbers));
        for (var group = 0; group < step.Groups; group++)
        {
            var (from, to) = (x.From(group * channels * map), y.From(group * perGroup * slide.Size));
            var first = group * perGroup;
            var text = $"({from}, {to}, {filters.Use}, {bias.Use}, {field.Name}, {first}, {perGroup});";
            if (sparse)
                program.Call("ConvolveRows", "ConvolveRows" + text, (s, draw) => ConvolutionKernels.ConvolveRows(
                    from.In(s, draw), to.Out(s), filters.Of<DenseKernels.SparseRows>(draw), bias.Of<float[]>(draw), slide, first,
                    perGroup));
            else
                program.Call("Convolve", "Convolve" + text, (s, draw) => ConvolutionKernels.Convolve(
                    from.In(s, draw), to.Out(s), filters.Of<float[]>(draw), bias.Of<float[]>(draw), slide, first, perGroup));
        }
    }

    /// <summary>The filters [in, out / groups, ...] of a transposed convolution as [out, in / groups, ...], turned around.</summary>
    private static PlanConstant Turned(PlanConstant weight, int groups)
    {
        var (inputs, perGroup) = (weight.Shape[0], weight.Shape[1]);
        var kernel = weight.Shape[2..].Aggregate(1, (all, length) => all * length);
        var (inGroup, outputs) = (inputs / groups, perGroup * groups);
        return new PlanConstant($"{weight.Name}", [outputs, inGroup, .. weight.Shape[2..]], weight.Read)
        {
            Key = weight.Key,
            Draws = [.. weight.Draws.Select(Turn)],
        };

        float[] Turn(float[] numbers)
        {
            var turned = new float[numbers.Length];
            for (var output = 0; output < outputs; output++)
                for (var input = 0; input < inGroup; input++)
                    for (var k = 0; k < kernel; k++)
                        turned[(output * inGroup + input) * kernel + k] =
                            numbers[((output / perGroup * inGroup + input) * perGroup + output % perGroup) * kernel + kernel - 1 - k];
            return turned;
        }
    }

    private static CSharpOperand Place(
        CSharpProgram program, CSharpOperand x, int channels, int[] size, int[] into, int[] pad, int[] step)
    {
        var y = program.Temporary(channels * into[0] * into[1] * into[2]);
        program.Call(
            "Place",
            $"Place({x}, {y}, {channels}, {NumberText.Of(size)}, {NumberText.Of(into)}, {NumberText.Of(pad)}, {NumberText.Of(step)});",
            (s, draw) => ConvolutionKernels.Place(x.In(s, draw), y.Out(s), channels, size, into, pad, step));
        return y;
    }

    private static CSharpOperand Unroll(
        CSharpProgram program, CSharpOperand x, int channels, int[] size, int[] output, int[] kernel, int[] stride, int[] pad,
        int[] dilation)
    {
        var y = program.Temporary(channels * kernel.Concat(output).Aggregate(1, (all, length) => all * length));
        program.Call(
            "Unroll",
            $"Unroll({x}, {y}, {channels}, {NumberText.Of(size)}, {NumberText.Of(output)}, {NumberText.Of(kernel)}, "
            + $"{NumberText.Of(stride)}, {NumberText.Of(pad)}, {NumberText.Of(dilation)});",
            (s, draw) => ConvolutionKernels.Unroll(x.In(s, draw), y.Out(s), channels, size, output, kernel, stride, pad, dilation));
        return y;
    }

    /// <summary>Numbers of one to three dimensions as those of three.</summary>
    private static int[] Three(int[] numbers, int missing) => [.. Enumerable.Repeat(missing, 3 - numbers.Length), .. numbers];
}
