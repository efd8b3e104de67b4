namespace BayesGen.Laplace;

/// <summary>
/// The second derivatives of the negative log-likelihood of each example with respect to the outputs of the network, in expectation over
/// the targets: Lambda_n, [C, C]. With the Jacobian J_n of the outputs the generalized Gauss-Newton matrix is sum_n J_n^T Lambda_n J_n.
/// What an example counts in the likelihood is in its Lambda_n: weight 2 is the example twice, and weight 0 is none.
/// </summary>
/// <param name="weights">What each example counts, [N]; null where all count 1.</param>
internal abstract class OutputCurvature(Tensor? weights)
{
    /// <summary>What each example counts, [N]; null where all count 1.</summary>
    public Tensor? Weights => weights;

    /// <summary>Factors: Lambda_n = sum_r L_nr L_nr^T, [N, R, C].</summary>
    public abstract Tensor Factors();

    /// <summary>sum_n Lambda_n, [C, C].</summary>
    public abstract Tensor Sum();

    /// <summary>The diagonals, [N, C].</summary>
    public abstract Tensor Diagonals();

    /// <summary>Of logits: w (diag(p) - p p^T).</summary>
    /// <param name="logits">[N, C].</param>
    /// <param name="weights">w, [N]; null where all are 1.</param>
    public static OutputCurvature OfClasses(Tensor logits, Tensor? weights) => new Classes(logits.softmax(1), weights);

    /// <summary>Of outputs that are independent of each other.</summary>
    /// <param name="curvatures">
    /// [N, C], for means 1 / variance, for logarithms of variances 1/2, and for logits of yes and no p (1 - p), each times what it counts.
    /// </param>
    /// <param name="counts">What each output counts, [N, outputs]; null where all count 1.</param>
    public static OutputCurvature Independent(Tensor curvatures, Tensor? counts) =>
        new Separate(curvatures, counts?.mean([1]));

    private sealed class Classes(Tensor p, Tensor? weights) : OutputCurvature(weights)
    {
        private readonly Tensor _counted = weights is null ? p : p * weights.unsqueeze(1);

        /// <summary>L_c = sqrt(p_c) (e_c - p), since sum_c p_c (e_c - p)(e_c - p)^T = diag(p) - p p^T.</summary>
        public override Tensor Factors() =>
            _counted.sqrt().unsqueeze(2) * eye(p.shape[1], dtype: p.dtype, device: p.device).unsqueeze(0).Subtract(p.unsqueeze(1));

        public override Tensor Sum() => diag(_counted.sum([0])).Subtract(_counted.t().mm(p));

        public override Tensor Diagonals() => _counted * p.neg().AddTo(Operand(1));
    }

    private sealed class Separate(Tensor curvatures, Tensor? weights) : OutputCurvature(weights)
    {
        public override Tensor Factors() => diag_embed(curvatures.sqrt());

        public override Tensor Sum() => diag(curvatures.sum([0]));

        public override Tensor Diagonals() => curvatures;
    }
}
