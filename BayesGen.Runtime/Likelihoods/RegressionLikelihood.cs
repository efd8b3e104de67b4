using BayesGen.Kernels;

namespace BayesGen.Likelihoods;

/// <summary>
/// Targets that are numbers or counts: see <see cref="Likelihood.Gaussian"/>, <see cref="Likelihood.LearnedGaussian"/>, <see
/// cref="Likelihood.StudentT"/> and <see cref="Likelihood.Poisson"/>. A prediction is a <c>RegressionPrediction</c> with a row for each
/// example, or for each place of it.
/// </summary>
public abstract class RegressionLikelihood : Likelihood
{
    private protected RegressionLikelihood(bool ignoresNaN) => IgnoresNaN = ignoresNaN;

    /// <summary>Whether a target that is NaN counts for nothing, instead of being an error.</summary>
    public bool IgnoresNaN { get; }

    /// <summary>The density of a target given the weights; null is the Gaussian one.</summary>
    internal virtual TargetDensity? Density => null;

    /// <summary>
    /// The same likelihood with targets that are NaN counting for nothing: places of a sequence behind its end, numbers nobody measured.
    /// The example counts among the N all the same, as it does in the N that shares the divergence.
    /// </summary>
    public abstract RegressionLikelihood IgnoringNaN();

    /// <summary>Means and variances of an output, [rows, D] each, float64, the places of an example one after the other.</summary>
    /// <exception cref="InvalidOperationException">The output is of another shape.</exception>
    internal abstract (Tensor Mean, Tensor Variance) Read(Tensor output);

    /// <inheritdoc/>
    internal override void RequireTargets(Tensor targets, string row)
    {
        if (!targets.is_floating_point())
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var isBad = IgnoresNaN ? targets.isinf() : targets.isfinite().logical_not();
        TargetRows.Require(
            targets, isBad, row,
            $"{ToString()} needs targets that are finite numbers" + (IgnoresNaN
                ? ", or NaN where there is none"
                : "; say IgnoringNaN() where NaN means that there is no target"));
    }

    /// <summary>
    /// Targets in the shape and dtype of outputs, with 0 in the place of NaN, and 1 or 0 for whether each counts; null where all do.
    /// </summary>
    private protected (Tensor Targets, Tensor? Counts) Aligned(Tensor like, Tensor targets)
    {
        var rows = TargetShapes.LikeOutputs(like, targets, ToString());
        return IgnoresNaN ? (rows.nan_to_num(0.0), rows.isnan().logical_not().to(rows.dtype)) : (rows, null);
    }

    /// <summary>The sum of losses, of those that count.</summary>
    private protected static Tensor Total(Tensor losses, Tensor? counts) => (counts is null ? losses : losses * counts).sum();

    /// <summary>Both halves of an output [N, 2 D, ...], with a graph.</summary>
    private protected (Tensor Mean, Tensor LogSquare) Halves(Tensor output, Tensor targets)
    {
        if (output.dim() < 2 || output.size(1) % 2 != 0)
            throw Misfit();
        var halves = output.chunk(2, 1);
        return TargetShapes.SameButOnes(halves[0], targets) ? (halves[0], halves[1]) : throw Misfit();

        ArgumentException Misfit() => TargetShapes.DoNotFit(
            output, targets, $"{ToString()} needs outputs [N, 2 D], means and then logarithms of squares, for targets [N, D]");
    }

    /// <summary>The rows of both halves, for a prediction.</summary>
    private protected static (Tensor Mean, Tensor LogSquare) HalvesOfRows(Tensor output, string words)
    {
        if (output.dim() < 2 || output.shape[1] % 2 != 0)
            throw new InvalidOperationException($"The network gave an output of shape {TargetShapes.Shape(output)}; {words}");
        var halves = TargetRows.Of(output).chunk(2, 1);
        return (halves[0], halves[1]);
    }
}
