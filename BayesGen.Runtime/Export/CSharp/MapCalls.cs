using BayesGen.Export.Emitted;
using BayesGen.Structure;

namespace BayesGen.Export;

/// <summary>Functions of each number, and of two.</summary>
internal static class MapCalls
{
    public static void Add(CSharpProgram program, PlanStep step)
    {
        var (x, y, count) = (program.Place(step.Input), program.Place(step.Output), step.Output.Count);
        switch (step)
        {
            case ScaleStep scale:
                Scale(program, x, y, count, scale.Factor, scale.Summand);
                break;
            case PowerStep power:
                Map<EmittedKernels.Power>(program, x, y, count, power.Exponent, 0);
                break;
            case MapStep map:
                Map(program, map.Function, x, y, count);
                break;
            case CombineStep combine:
                Combine(program, combine);
                break;
        }
    }

    public static void Scale(CSharpProgram program, CSharpOperand x, CSharpOperand y, int count, double factor, double summand) =>
        Map<EmittedKernels.Scaled>(program, x, y, count, factor, summand);

    private static void Map(CSharpProgram program, Activation function, CSharpOperand x, CSharpOperand y, int count)
    {
        var (a, b) = (function.Alpha, function.Beta);
        Action map = function.Kind switch
        {
            ActivationKind.Relu => () => program.Call(
                "Relu", $"Relu({x}, {y}, {count});", (s, draw) => EmittedKernels.Relu(x.In(s, draw), y.Out(s), count)),
            ActivationKind.Relu6 => Of<EmittedKernels.Clamp>(0, 6),
            ActivationKind.LeakyRelu => Of<EmittedKernels.LeakyRelu>(a),
            ActivationKind.Elu => Of<EmittedKernels.Elu>(a, 1),
            ActivationKind.Celu => Of<EmittedKernels.Elu>(a, 1 / a),
            ActivationKind.Selu => Of<EmittedKernels.Selu>(),
            ActivationKind.Gelu => Of<EmittedKernels.Gelu>(),
            ActivationKind.GeluTanh => Of<EmittedKernels.GeluTanh>(),
            ActivationKind.Silu => Of<EmittedKernels.Silu>(),
            ActivationKind.Mish => Of<EmittedKernels.Mish>(),
            ActivationKind.Sigmoid => Of<EmittedKernels.Sigmoid>(),
            ActivationKind.LogSigmoid => Of<EmittedKernels.LogSigmoid>(),
            ActivationKind.Tanh => Of<EmittedKernels.Tanh>(),
            ActivationKind.HardSigmoid => Of<EmittedKernels.Hardsigmoid>(),
            ActivationKind.HardSwish => Of<EmittedKernels.Hardswish>(),
            ActivationKind.Clamp => Of<EmittedKernels.Clamp>(a, b),
            ActivationKind.Softplus => Of<EmittedKernels.Softplus>(a, b),
            ActivationKind.Softsign => Of<EmittedKernels.Softsign>(),
            ActivationKind.Negate => Of<EmittedKernels.Scaled>(-1),
            ActivationKind.Absolute => Of<EmittedKernels.Abs>(),
            ActivationKind.Exponential => Of<EmittedKernels.Exp>(),
            ActivationKind.Logarithm => Of<EmittedKernels.Log>(),
            ActivationKind.SquareRoot => Of<EmittedKernels.Sqrt>(),
            ActivationKind.Square => Of<EmittedKernels.Power>(2),
            ActivationKind.Reciprocal => Of<EmittedKernels.Reciprocal>(),
            _ => throw new NotSupportedException($"{function.Kind} has no counterpart in C#."),
        };
        map();

        Action Of<TFunction>(double alpha = 0, double beta = 0)
            where TFunction : struct, EmittedKernels.IFunction => () => Map<TFunction>(program, x, y, count, alpha, beta);
    }

    private static void Map<TFunction>(
        CSharpProgram program, CSharpOperand x, CSharpOperand y, int count, double a, double b)
        where TFunction : struct, EmittedKernels.IFunction
    {
        var name = typeof(TFunction).Name;
        var (alpha, beta) = ((float)a, (float)b);
        var numbers = (a, b) is (0, 0) ? "" : b == 0 ? $", {NumberText.Of(a)}" : $", {NumberText.Of(a)}, {NumberText.Of(b)}";
        program.Call(
            name, $"Map<{name}>({x}, {y}, {count}{numbers});",
            (s, draw) => EmittedKernels.Map<TFunction>(x.In(s, draw), y.Out(s), count, alpha, beta));
    }

    private static void Combine(CSharpProgram program, CombineStep step)
    {
        Action<CSharpProgram, CombineStep> combine = step.Kind switch
        {
            ArithmeticKind.Add => Pair<EmittedKernels.Add>,
            ArithmeticKind.Subtract => Pair<EmittedKernels.Subtract>,
            ArithmeticKind.Multiply => Pair<EmittedKernels.Multiply>,
            ArithmeticKind.Divide => Pair<EmittedKernels.Divide>,
            ArithmeticKind.Maximum => Pair<EmittedKernels.Maximum>,
            ArithmeticKind.Minimum => Pair<EmittedKernels.Minimum>,
            ArithmeticKind.Power => Pair<EmittedKernels.Raise>,
            _ => Pair<EmittedKernels.Prelu>,
        };
        combine(program, step);
    }

    private static void Pair<TPair>(CSharpProgram program, CombineStep step)
        where TPair : struct, EmittedKernels.IPair
    {
        var (a, b, y) = (program.Place(step.A), program.Place(step.B), program.Place(step.Output));
        int[] shape = step.Output.Shape is { Length: > 0 } some ? some : [1];
        var (stepsA, stepsB) = (StepsOf(step.A.Shape, shape), StepsOf(step.B.Shape, shape));
        if (step.A.Count == step.Output.Count && step.B.Count == step.Output.Count)
        {
            shape = [step.Output.Count];
            stepsA = stepsB = [1];
        }

        var name = typeof(TPair).Name;
        program.Call(
            name, $"Combine<{name}>({a}, {b}, {y}, {NumberText.Of(shape)}, {NumberText.Of(stepsA)}, {NumberText.Of(stepsB)});",
            (s, draw) => EmittedKernels.Combine<TPair>(a.In(s, draw), b.In(s, draw), y.Out(s), shape, stepsA, stepsB));
    }

    /// <summary>The steps of a value within a shape that it is broadcast to.</summary>
    public static int[] StepsOf(int[] shape, int[] into)
    {
        var steps = new int[into.Length];
        for (int i = 1, step = 1; i <= shape.Length; step *= shape[^i], i++)
            steps[^i] = shape[^i] == 1 ? 0 : step;
        return steps;
    }
}
