using System.Numerics;
using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Optimizers;

/// <summary>One step of Adam for one parameter. Rows: parameter, gradient, m, v.</summary>
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

    /// <summary>Moves a parameter, wherever it lies.</summary>
    public void Apply(Parameter parameter, Tensor gradient, Tensor mean, Tensor square)
    {
        if (FlatMemory.IsFlat(parameter, gradient, mean, square))
        {
            FlatMemory.Update(parameter, this, gradient, mean, square);
            return;
        }

        if (Shrink != 1)
            parameter.mul_(Shrink);
        using var slope = Penalty == 0 ? gradient.alias() : gradient.add(parameter, Penalty);
        mean.mul_(beta1).add_(slope, 1 - beta1);
        square.mul_(beta2).addcmul_(slope, slope, 1 - beta2);
        using var root = square.sqrt().mul_(_root).add_(epsilon);
        parameter.addcdiv_(mean, root, -_rate);
    }

    public Vector<T> Run<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (parameter, gradient, mean, square) = (rows[0], rows[1], rows[2], rows[3]);
        var (decay1, part1) = (Lanes.Of<T>(beta1), Lanes.Of<T>(1 - beta1));
        var (decay2, part2) = (Lanes.Of<T>(beta2), Lanes.Of<T>(1 - beta2));
        var (rate, root, small) = (Lanes.Of<T>(_rate), Lanes.Of<T>(_root), Lanes.Of<T>(epsilon));
        var (penalty, shrink) = (Lanes.Of<T>(Penalty), Lanes.Of<T>(Shrink));
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
