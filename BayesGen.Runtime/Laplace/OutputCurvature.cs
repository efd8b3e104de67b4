namespace BayesGen.Laplace;

/// <summary>
/// The second derivatives of the negative log-likelihood of each example with respect to the outputs of the network, in expectation over
/// the targets: Lambda_n, [C, C]. With the Jacobian J_n of the outputs the generalized Gauss-Newton matrix is sum_n J_n^T Lambda_n J_n.
/// </summary>
internal abstract class OutputCurvature
{
    /// <summary>Factors: Lambda_n = sum_r L_nr L_nr^T, [N, R, C].</summary>
    public abstract Tensor Factors();

    /// <summary>sum_n Lambda_n, [C, C].</summary>
    public abstract Tensor Sum();

    /// <summary>The diagonals, [N, C].</summary>
    public abstract Tensor Diagonals();

    /// <summary>Of logits: diag(p) - p p^T.</summary>
    /// <param name="logits">[N, C].</param>
    public static OutputCurvature OfClasses(Tensor logits) => new Classes(logits.softmax(1));

    /// <summary>Of outputs that are independent of each other.</summary>
    /// <param name="curvatures">[N, C], for means 1 / variance and for logarithms of variances 1/2.</param>
    public static OutputCurvature OfNumbers(Tensor curvatures) => new Independent(curvatures);

    private sealed class Classes(Tensor p) : OutputCurvature
    {
        /// <summary>L_c = sqrt(p_c) (e_c - p), since sum_c p_c (e_c - p)(e_c - p)^T = diag(p) - p p^T.</summary>
        public override Tensor Factors() =>
            p.sqrt().unsqueeze(2) * eye(p.shape[1], dtype: p.dtype, device: p.device).unsqueeze(0).Subtract(p.unsqueeze(1));

        public override Tensor Sum() => diag(p.sum([0])).Subtract(p.t().mm(p));

        public override Tensor Diagonals() => p * (Operand(1) - p);
    }

    private sealed class Independent(Tensor curvatures) : OutputCurvature
    {
        public override Tensor Factors() => diag_embed(curvatures.sqrt());

        public override Tensor Sum() => diag(curvatures.sum([0]));

        public override Tensor Diagonals() => curvatures;
    }
}
