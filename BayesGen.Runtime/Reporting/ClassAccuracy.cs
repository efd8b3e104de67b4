using BayesGen.Kernels;

namespace BayesGen.Reporting;

/// <summary>The accuracy of class numbers, example by example.</summary>
internal static class ClassAccuracy
{
    private const string Name = "The accuracy";

    /// <summary>For each example the part of its counted places that are right; NaN where an output is, or where nothing counts.</summary>
    public static Tensor PerExample(Tensor output, Tensor target)
    {
        var (isRight, counts, isNumber) = Judge(output, target);
        var right = isRight.logical_and(counts).to(ScalarType.Float64).flatten(1).sum(1);
        var all = counts.to(ScalarType.Float64).flatten(1).sum(1);
        return where(isNumber, right / all, full_like(right, Operand(double.NaN), dtype: ScalarType.Float64, device: right.device));
    }

    /// <summary>For each example the number of places with a label.</summary>
    public static Tensor Counted(Tensor output, Tensor target) =>
        Rows(target).ne(TargetShapes.IgnoredOperand).to(ScalarType.Float64).flatten(1).sum(1);

    private static (Tensor IsRight, Tensor Counts, Tensor IsNumber) Judge(Tensor output, Tensor target)
    {
        if (output.dim() >= 2 && output.size(1) > 1)
        {
            if (target.is_floating_point() || !TargetShapes.AreClasses(output, target))
                throw TargetShapes.DoNotFit(
                    output, target,
                    $"{Name} takes class numbers of a whole dtype, [N], or [N, places] with outputs [N, C, places], and targets are "
                    + $"{target.dtype}; for one-hot targets use "
                    + "new Metric(\"accuracy\", (output, target) => output.argmax(1).eq(target.argmax(1)))");
            var labels = TargetShapes.Classes(output, target, Name);
            var isNaN = output.isnan().flatten(1).any(1);
            return (Rows(output.argmax(1).eq(labels)), Rows(labels.ne(TargetShapes.IgnoredOperand)), isNaN.logical_not());
        }

        if (!TargetShapes.SameButOnes(output, target))
            throw TargetShapes.DoNotFit(output, target, $"{Name} of one logit for each example needs as many targets, 0 or 1");
        var logits = TargetShapes.InShapeOf(target, output);
        var isRight = logits.gt(TensorNumbers.Zero).to(ScalarType.Float64).eq(target.to(ScalarType.Float64));
        return (Rows(isRight), Rows(target.ne(TargetShapes.IgnoredOperand)), Rows(logits).isnan().flatten(1).any(1).logical_not());
    }

    /// <summary>[N] as [N, 1], so that everything has places.</summary>
    private static Tensor Rows(Tensor tensor) => tensor.dim() == 1 ? tensor.unsqueeze(1) : tensor;
}
