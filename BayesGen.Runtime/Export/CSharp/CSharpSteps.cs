using BayesGen.Export.Emitted;

namespace BayesGen.Export;

/// <summary>Each step of a plan as statements of C#.</summary>
internal static class CSharpSteps
{
    /// <summary>The program of a plan whose weights have been read.</summary>
    /// <exception cref="NotSupportedException">A step has no counterpart.</exception>
    public static CSharpProgram ProgramOf(ExportPlan plan, NumberText numbers)
    {
        if (plan.Output.Constant is not null)
            throw new NotSupportedException($"{plan.Network} returns a constant; there is nothing to export.");
        var program = new CSharpProgram(plan, numbers);
        foreach (var step in plan.Steps)
        {
            Add(program, step);
            program.Step++;
        }

        return program;
    }

    private static void Add(CSharpProgram program, PlanStep step)
    {
        if (ScratchMemory.IsView(step))
        {
            if (step.Input.Constant is not null)
                CopyCalls.Copy(program, program.Place(step.Input), program.Place(step.Output), [step.Input.Count], [1], [1]);
            return;
        }

        switch (step)
        {
            case LinearStep linear:
                LinearCalls.Add(program, linear);
                break;
            case ConvolutionStep convolution:
                ConvolutionCalls.Add(program, convolution);
                break;
            case LookupStep lookup:
                Lookup(program, lookup);
                break;
            case PoolStep pool:
                AxisCalls.Pool(program, pool);
                break;
            case ReduceStep reduce:
                AxisCalls.Reduce(program, reduce);
                break;
            case ResizeStep resize:
                AxisCalls.Resize(program, resize);
                break;
            case RecurrentStep recurrent:
                LinearCalls.Add(program, recurrent);
                break;
            case MapStep or ScaleStep or PowerStep or CombineStep:
                MapCalls.Add(program, step);
                break;
            case CatStep or SliceStep or PermuteStep or ExpandStep or PadStep:
                CopyCalls.Add(program, step);
                break;
            case AffineStep affine:
                Affine(program, affine);
                break;
            case NormalizeStep normalize:
                Normalize(program, normalize);
                break;
            case SoftmaxStep softmax:
                Softmax(program, softmax);
                break;
            case MatMulStep product:
                MatMul(program, product);
                break;
            default:
                throw new NotSupportedException($"'{step.Source}' has no counterpart in C# ({step.GetType().Name}).");
        }
    }

    private static void Lookup(CSharpProgram program, LookupStep step)
    {
        if (step.Input.Id != program.Plan.Inputs[0].Id)
            throw new NotSupportedException(
                $"'{step.Source}': tokens have to be the input of the network as it is. Let forward give its input to the embedding.");
        var width = step.Table.Shape[1];
        var table = program.Weights(step.Table, step.Table.Shape[0], "float[]", (text, numbers) => (text, numbers));
        var y = program.Place(step.Output);
        program.Call(
            "Lookup", $"Lookup(tokens, {y}, {table.Use}, {width});",
            (s, draw) => AxisKernels.Lookup(program.Tokens, y.Out(s), table.Of<float[]>(draw), width));
    }

    private static void Affine(CSharpProgram program, AffineStep step)
    {
        var (scale, shift) = (program.Numbers(step.Scale), program.Numbers(step.Shift));
        var (x, y) = (program.Place(step.Input), program.Place(step.Output));
        var (outer, n, inner) = AxisShape.Around(step.Input.Shape, step.Axis);
        program.Call(
            "Affine", $"Affine({x}, {y}, {scale.Use}, {shift.Use}, {outer}, {n}, {inner});",
            (s, draw) => AxisKernels.Affine(
                x.In(s, draw), y.Out(s), scale.Of<float[]>(draw), shift.Of<float[]>(draw), outer, n, inner));
    }

    private static void Normalize(CSharpProgram program, NormalizeStep step)
    {
        var (x, y, n) = (program.Place(step.Input), program.Place(step.Output), step.Input.Shape[^1]);
        var (rows, eps) = (step.Input.Count / n, (float)step.Eps);
        program.Call(
            "Normalize", $"Normalize({x}, {y}, {rows}, {n}, {NumberText.Of(eps)});",
            (s, draw) => AxisKernels.Normalize(x.In(s, draw), y.Out(s), rows, n, eps));
    }

    private static void Softmax(CSharpProgram program, SoftmaxStep step)
    {
        var (x, y) = (program.Place(step.Input), program.Place(step.Output));
        var (outer, n, inner) = AxisShape.Around(step.Input.Shape, step.Axis);
        program.Call(
            "Softmax", $"Softmax({x}, {y}, {outer}, {n}, {inner}, log: {(step.IsLog ? "true" : "false")});",
            (s, draw) => AxisKernels.Softmax(x.In(s, draw), y.Out(s), outer, n, inner, step.IsLog));
    }

    private static void MatMul(CSharpProgram program, MatMulStep step)
    {
        var (a, b, y) = (program.Place(step.A), program.Place(step.B), program.Place(step.Output));
        var (n, k, m) = (step.A.Shape[^2], step.A.Shape[^1], step.B.Shape[^1]);
        var count = step.A.Count / n / k;
        program.Call(
            "MatMul", $"MatMul({a}, {b}, {y}, {count}, {n}, {k}, {m});",
            (s, draw) => DenseKernels.MatMul(a.In(s, draw), b.In(s, draw), y.Out(s), count, n, k, m));
    }
}
