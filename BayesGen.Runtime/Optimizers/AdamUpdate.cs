using System.Numerics;
using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Optimizers;

/// <summary>The numbers of Adam and AdamW for a group of parameters.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Beta1">The decay of the mean of gradients.</param>
/// <param name="Beta2">The decay of the mean of their squares.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Penalty">The factor of an L2 penalty: Adam's weight decay, else 0.</param>
/// <param name="Shrink">What the parameter is multiplied by beforehand: AdamW's weight decay, else 1.</param>
internal readonly record struct AdamNumbers(
    double Rate, double Beta1, double Beta2, double Epsilon, double Penalty, double Shrink);

/// <summary>One step of Adam or AdamW for one parameter. Rows: parameter, gradient, m, v.</summary>
internal sealed class AdamUpdate(double rate, double beta1, double beta2, double epsilon, long step) : IFlatUpdate
{
    private readonly double _rate = rate / (1 - Math.Pow(beta1, step));
    private readonly double _root = 1 / Math.Sqrt(1 - Math.Pow(beta2, step));

    /// <summary>The factor of an L2 penalty: Adam's weight decay.</summary>
    public double Penalty { get; init; }

    /// <summary>What the parameter is multiplied by beforehand: AdamW's weight decay.</summary>
    public double Shrink { get; init; } = 1;

    /// <summary>Whether every group asks for nothing but what this step can do.</summary>
    public static bool CanStep(IEnumerable<(bool? Amsgrad, bool? Maximize)> groups) =>
        groups.All(group => group is (not true, not true));

    /// <summary>Moves every parameter of a group that has a gradient.</summary>
    /// <typeparam name="TState">The state that the optimizer keeps for a parameter.</typeparam>
    /// <param name="parameters">The parameters.</param>
    /// <param name="states">The states of the optimizer, by the handle of the parameter.</param>
    /// <param name="advance">Counts one more step of a state, and gives its number, m and v.</param>
    /// <param name="numbers">The numbers of the group.</param>
    public static void Move<TState>(
        IEnumerable<Parameter> parameters, IDictionary<nint, OptimizerState> states,
        Func<TState, (long Step, Tensor Mean, Tensor Square)> advance, AdamNumbers numbers)
        where TState : OptimizerState
    {
        foreach (var parameter in parameters)
        {
            using var gradient = parameter.grad;
            if (gradient is null)
                continue;
            var (step, mean, square) = advance(ParameterState.Of<TState>(states, parameter));
            var update = new AdamUpdate(numbers.Rate, numbers.Beta1, numbers.Beta2, numbers.Epsilon, step)
            {
                Penalty = numbers.Penalty,
                Shrink = numbers.Shrink,
            };
            update.Apply(parameter, gradient, mean, square);
        }
    }

    /// <summary>Moves a parameter, wherever it lies.</summary>
    private void Apply(Parameter parameter, Tensor gradient, Tensor mean, Tensor square)
    {
        if (FlatMemory.IsFlat(parameter, gradient, mean, square))
        {
            FlatMemory.Update(parameter, this, gradient, mean, square);
            return;
        }

        if (Shrink != 1)
            parameter.mul_(Operand(Shrink));
        using var slope = Penalty == 0 ? gradient.alias() : gradient.add(parameter, Operand(Penalty));
        mean.mul_(Operand(beta1)).add_(slope, Operand(1 - beta1));
        square.mul_(Operand(beta2)).addcmul_(slope, slope, Operand(1 - beta2));
        using var root = square.sqrt().mul_(Operand(_root)).add_(Operand(epsilon));
        parameter.addcdiv_(mean, root, Operand(-_rate));
    }

    public Vector<T> Run<T>(KernelRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (parameter, gradient, mean, square) = (rows[0], rows[1], rows[2], rows[3]);
        var (decay1, part1) = (VectorMath.Of<T>(beta1), VectorMath.Of<T>(1 - beta1));
        var (decay2, part2) = (VectorMath.Of<T>(beta2), VectorMath.Of<T>(1 - beta2));
        var (rate, root, small) = (VectorMath.Of<T>(_rate), VectorMath.Of<T>(_root), VectorMath.Of<T>(epsilon));
        var (penalty, shrink) = (VectorMath.Of<T>(Penalty), VectorMath.Of<T>(Shrink));
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var before = parameter[i] * shrink;
            var slope = gradient[i] + penalty * before;
            var first = decay1 * mean[i] + part1 * slope;
            var second = decay2 * square[i] + part2 * slope * slope;
            mean[i] = first;
            square[i] = second;
            parameter[i] = before - rate * first / (Vector.SquareRoot(second) * root + small);
        }

        return Vector<T>.Zero;
    }
}
