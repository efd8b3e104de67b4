using BayesGen.Kernels;
using BayesGen.Likelihoods;

namespace BayesGen.Laplace;

/// <summary>What the label of each example counts under a likelihood of classes: weights, smoothing, and labels that are ignored.</summary>
internal static class TargetWeights
{
    /// <summary>Whether every example counts 1, for its label alone, unless the label is ignored.</summary>
    public static bool ArePlain(CategoricalLikelihood likelihood) => likelihood.ClassWeights is null && likelihood.LabelSmoothing == 0;

    /// <summary>
    /// The log-likelihood of an example is sum_k t_k log p_k, and its curvature (sum_k t_k) (diag(p) - p p^T): t, [N, C] float64. With
    /// class weights w and smoothing e it is (1 - e) w_c for the label c and e w_k / C for each class k more; 0 for an ignored label.
    /// </summary>
    /// <param name="likelihood">The likelihood.</param>
    /// <param name="labels">[N], int64; below 0 for a label that is ignored.</param>
    /// <param name="classes">C.</param>
    public static Tensor OfClasses(CategoricalLikelihood likelihood, Tensor labels, long classes)
    {
        if (likelihood.ClassWeights is { } all && all.Length != classes)
            throw new ArgumentException(
                $"There are {all.Length} class weights for logits of {classes} classes: the likelihood is that of another network.");
        var column = labels.unsqueeze(1);
        var counts = column.eq(arange(Operand(classes), dtype: ScalarType.Int64, device: labels.device)).to(ScalarType.Float64);
        if (likelihood.LabelSmoothing > 0)
            counts = (counts * Operand(1 - likelihood.LabelSmoothing)).AddTo(
                column.ge(Operand(0L)).to(ScalarType.Float64) * Operand(likelihood.LabelSmoothing / classes));
        return likelihood.ClassWeights is { } weights
            ? counts * tensor(weights, dtype: ScalarType.Float64, device: labels.device)
            : counts;
    }

    /// <summary>The labels of a batch, int64, <see cref="ClassLikelihood.NoLabel"/> where one is ignored.</summary>
    /// <exception cref="ArgumentException">They are not one class for each example.</exception>
    public static Tensor Labels(CategoricalLikelihood likelihood, Tensor targets, Tensor logits)
    {
        var labels = likelihood.Labels(targets);
        var last = logits.shape[1] - 1;
        if (targets.dim() != 1 || labels.Length != logits.shape[0] || Array.Exists(labels, label => label > last))
            throw new ArgumentException(
                $"Targets are class numbers 0 to {last}, one for each of {logits.shape[0]} examples, and there are {labels.Length}, the "
                + $"largest {labels.DefaultIfEmpty().Max()}.", nameof(targets));
        return tensor(labels, dtype: ScalarType.Int64, device: logits.device);
    }
}
