using BayesGen.Export.Emitted;

namespace BayesGen.Export;

/// <summary>What moves numbers and changes none: all of it copies of blocks.</summary>
internal static class CopyCalls
{
    public static void Add(CSharpProgram program, PlanStep step)
    {
        var y = program.Place(step.Output);
        var shape = step.Output.Shape;
        switch (step)
        {
            case CatStep cat:
                Cat(program, cat, y);
                break;
            case SliceStep slice:
                var (outer, n, inner) = AxisShape.Around(slice.Input.Shape, slice.Axis);
                var length = shape[slice.Axis] * inner;
                Copy(
                    program, program.Place(step.Input).From(slice.Start * inner), y, [outer, length], [n * inner, 1], [length, 1]);
                break;
            case PermuteStep permute:
                int[] steps = Dense(permute.Input.Shape);
                Copy(
                    program, program.Place(step.Input), y, shape, [.. permute.Dimensions.Select(dimension => steps[dimension])],
                    Dense(shape));
                break;
            case ExpandStep:
                Copy(program, program.Place(step.Input), y, shape, MapCalls.StepsOf(step.Input.Shape, shape), Dense(shape));
                break;
            case PadStep pad:
                var value = (float)pad.Value;
                program.Call("Copy", $"{y}.Fill({NumberText.Of(value)});", (s, _) => y.Out(s).Fill(value));
                var start = pad.Before.Zip(Dense(shape), (amount, size) => amount * size).Sum();
                Copy(
                    program, program.Place(step.Input), y.From(start), step.Input.Shape, Dense(step.Input.Shape), Dense(shape));
                break;
        }
    }

    /// <summary>Copies a block of a shape between steps.</summary>
    public static void Copy(
        CSharpProgram program, CSharpOperand from, CSharpOperand to, int[] shape, int[] stepsFrom, int[] stepsTo) =>
        program.Call(
            "Copy",
            $"Copy({from}, {to}, {NumberText.Of(shape)}, {NumberText.Of(stepsFrom)}, {NumberText.Of(stepsTo)});",
            (s, draw) => AxisKernels.Copy(from.In(s, draw), to.Out(s), shape, stepsFrom, stepsTo));

    private static void Cat(CSharpProgram program, CatStep step, CSharpOperand y)
    {
        var (outer, whole, inner) = AxisShape.Around(step.Output.Shape, step.Axis);
        var start = 0;
        foreach (var part in step.Parts)
        {
            var length = part.Shape[step.Axis] * inner;
            Copy(program, program.Place(part), y.From(start), [outer, length], [length, 1], [whole * inner, 1]);
            start += length;
        }
    }

    /// <summary>The steps of numbers that lie densely.</summary>
    private static int[] Dense(int[] shape)
    {
        var steps = new int[shape.Length];
        for (int i = shape.Length - 1, step = 1; i >= 0; step *= shape[i--])
            steps[i] = step;
        return steps;
    }
}
