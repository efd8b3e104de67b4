using BayesGen.Reporting;

namespace BayesGen.Likelihoods;

/// <summary>
/// Targets that are classes, or answers of yes and no: see <see cref="Likelihood.Categorical"/> and <see cref="Likelihood.Bernoulli"/>. A
/// prediction is a <c>ClassPrediction</c> with a row for each example, or for each place of it; yes and no are two classes, 0 and 1.
/// </summary>
public abstract class ClassLikelihood : Likelihood
{
    /// <summary>What <see cref="Labels"/> gives for a target that counts for nothing.</summary>
    internal const int NoLabel = -1;

    private protected static readonly Scalar NoLabelOperand = NoLabel;

    private protected ClassLikelihood(long ignoredLabel) => (IgnoredLabel, Ignored) = (ignoredLabel, ignoredLabel);

    /// <summary>The label that says that there is none.</summary>
    public long IgnoredLabel { get; }

    /// <summary>The same as an operand that lives: see <see cref="Kernels.TensorNumbers"/>.</summary>
    internal Scalar Ignored { get; }

    /// <summary>The logits of an output, [rows, C], float64, the places of an example one after the other.</summary>
    /// <exception cref="InvalidOperationException">The output is of another shape.</exception>
    internal abstract Tensor Logits(Tensor output);

    /// <summary>The class of each row of a prediction, <see cref="NoLabel"/> where there is none.</summary>
    /// <exception cref="ArgumentException">The targets are no classes.</exception>
    internal abstract int[] Labels(Tensor targets);

    /// <summary>The part of places with a label that are right.</summary>
    internal abstract Metric Accuracy { get; }
}
