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
                Map<MapKernels.Power>(program, x, y, count, power.Exponent, 0);
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
        Map<MapKernels.Scaled>(program, x, y, count, factor, summand);

    private static void Map(CSharpProgram program, Activation function, CSharpOperand x, CSharpOperand y, int count)
    {
        var (a, b) = (function.Alpha, function.Beta);
        Action map = function.Kind switch
        {
            ActivationKind.Relu => () => program.Call(
                "Relu", $"Relu({x}, {y}, {count});", (s, draw) => MapKernels.Relu(x.In(s, draw), y.Out(s), count)),
            ActivationKind.Relu6 => Of<MapKernels.Clamp>(0, 6),
            ActivationKind.LeakyRelu => Of<MapKernels.LeakyRelu>(a),
            ActivationKind.Elu => Of<MapKernels.Elu>(a, 1),
            ActivationKind.Celu => Of<MapKernels.Elu>(a, 1 / a),
            ActivationKind.Selu => Of<MapKernels.Selu>(),
            ActivationKind.Gelu => Of<MapKernels.Gelu>(),
            ActivationKind.GeluTanh => Of<MapKernels.GeluTanh>(),
            ActivationKind.Silu => Of<MapKernels.Silu>(),
            ActivationKind.Mish => Of<MapKernels.Mish>(),
            ActivationKind.Sigmoid => Of<MapKernels.Sigmoid>(),
            ActivationKind.LogSigmoid => Of<MapKernels.LogSigmoid>(),
            ActivationKind.Tanh => Of<MapKernels.Tanh>(),
            ActivationKind.HardSigmoid => Of<MapKernels.Hardsigmoid>(),
            ActivationKind.HardSwish => Of<MapKernels.Hardswish>(),
            ActivationKind.Clamp => Of<MapKernels.Clamp>(a, b),
            ActivationKind.Softplus => Of<MapKernels.Softplus>(a, b),
            ActivationKind.Softsign => Of<MapKernels.Softsign>(),
            ActivationKind.Negate => Of<MapKernels.Scaled>(-1),
            ActivationKind.Absolute => Of<MapKernels.Abs>(),
            ActivationKind.Exponential => Of<MapKernels.Exp>(),
            ActivationKind.Logarithm => Of<MapKernels.Log>(),
            ActivationKind.SquareRoot => Of<MapKernels.Sqrt>(),
            ActivationKind.Square => Of<MapKernels.Power>(2),
            ActivationKind.Reciprocal => Of<MapKernels.Reciprocal>(),
            _ => throw new NotSupportedException($"{function.Kind} has no counterpart in C#."),
        };
        map();

        Action Of<TFunction>(double alpha = 0, double beta = 0)
            where TFunction : struct, MapKernels.IFunction => () => Map<TFunction>(program, x, y, count, alpha, beta);
    }

    private static void Map<TFunction>(
        CSharpProgram program, CSharpOperand x, CSharpOperand y, int count, double a, double b)
        where TFunction : struct, MapKernels.IFunction
    {
        var name = typeof(TFunction).Name;
        var (alpha, beta) = ((float)a, (float)b);
        var numbers = (a, b) is (0, 0) ? "" : b == 0 ? $", {NumberText.Of(a)}" : $", {NumberText.Of(a)}, {NumberText.Of(b)}";
        program.Call(
            name, $"Map<{name}>({x}, {y}, {count}{numbers});",
            (s, draw) => MapKernels.Map<TFunction>(x.In(s, draw), y.Out(s), count, alpha, beta));
    }

    private static void Combine(CSharpProgram program, CombineStep step)
    {
        Action<CSharpProgram, CombineStep> combine = step.Kind switch
        {
            ArithmeticKind.Add => Pair<PairKernels.Add>,
            ArithmeticKind.Subtract => Pair<PairKernels.Subtract>,
            ArithmeticKind.Multiply => Pair<PairKernels.Multiply>,
            ArithmeticKind.Divide => Pair<PairKernels.Divide>,
            ArithmeticKind.Maximum => Pair<PairKernels.Maximum>,
            ArithmeticKind.Minimum => Pair<PairKernels.Minimum>,
            ArithmeticKind.Power => Pair<PairKernels.Raise>,
            _ => Pair<PairKernels.Prelu>,
        };
        combine(program, step);
    }

    private static void Pair<TPair>(CSharpProgram program, CombineStep step)
        where TPair : struct, PairKernels.IPair
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
            (s, draw) => PairKernels.Combine<TPair>(a.In(s, draw), b.In(s, draw), y.Out(s), shape, stepsA, stepsB));
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
