using BayesGen.Kernels;

namespace BayesGen;

/// <summary>The negative log-likelihood of yes and no, of logits.</summary>
internal static class BinaryCrossEntropy
{
    /// <summary>w t (-log p) + (1 - t) (-log (1 - p)), of what has a label.</summary>
    /// <param name="output">The logits.</param>
    /// <param name="target">The targets.</param>
    /// <param name="positiveWeight">w.</param>
    /// <param name="ignored">The label of what has none.</param>
    /// <param name="who">The loss that asks, the subject of an error.</param>
    public static Tensor Sum(Tensor output, Tensor target, double positiveWeight, Scalar ignored, string who)
    {
        var targets = TargetShapes.LikeOutputs(output, target, who);

        // Of the targets as they came: in the dtype of the outputs a label may be rounded to another number.
        var isIgnored = TargetShapes.InShapeOf(output, IsLabel(target, ignored));
        var known = targets.masked_fill(isIgnored, TensorNumbers.Zero);
        var losses = positiveWeight == 1
            ? nn.functional.binary_cross_entropy_with_logits(output, known, reduction: nn.Reduction.None)
            : nn.functional.binary_cross_entropy_with_logits(
                output, known, reduction: nn.Reduction.None,
                pos_weights: full([], Operand(positiveWeight), dtype: output.dtype, device: output.device));
        return losses.masked_fill(isIgnored, TensorNumbers.Zero).sum();
    }

    /// <summary>Whether a target is a label, compared in double precision.</summary>
    public static Tensor IsLabel(Tensor target, Scalar label) => target.to(ScalarType.Float64).eq(label);
}
