using BayesGen.Kernels;
using BayesGen.Laplace;
using BayesGen.Likelihoods;

namespace BayesGen.LastLayers;

/// <summary>
/// The bound on the log-likelihood of classes under a Gaussian last layer: for an example of class y with features phi
/// E log p(y | phi) >= m_y phi - log sum_k exp(m_k phi + phi^T S_k phi / 2), since the logarithm of the sum is concave in the sum.
/// </summary>
/// <remarks>
/// Harrison, Willes, Snoek, "Variational Bayesian Last Layers", 2024 (discriminative classification; the noise of the logits, which the
/// bound would make 0, is left out).
/// It is concave in m and S together. With r_k = softmax_k(m_k phi + phi^T S_k phi / 2) its gradient in m_k is
/// sum_n (1[y_n = k] - r_nk) phi_n, that in S_k is -(1/2) sum_n r_nk phi_n phi_n^T, and the curvature in the means is
/// sum_n (diag(r_n) - r_n r_n^T) (x) phi_n phi_n^T. No eigenvalue of its first factor exceeds 2 max_k r_nk (1 - r_nk) (Gershgorin), which
/// bounds the whole by one matrix for all outputs.
/// <para>
/// With class weights or label smoothing log p(y) is sum_k t_k log p_k, and the bound sum_k t_nk m_k phi - v_n log sum_k exp(...) with
/// v_n = sum_k t_nk: in the gradients t_nk stands for 1[y_n = k], and v_n r_nk for r_nk.
/// </para>
/// </remarks>
/// <param name="data">Features and classes.</param>
/// <param name="likelihood">What each label counts.</param>
/// <param name="known">A bias without a posterior, [C]; or null.</param>
/// <param name="covariance">What of the covariances is kept.</param>
internal sealed class ClassBound(
    LastLayerData data, CategoricalLikelihood likelihood, Tensor? known, LastLayerCovariance covariance)
{
    /// <summary>The bound on the sum over the examples, nats, and its slopes. The tensors belong to the dispose scope around.</summary>
    /// <param name="Fit">The bound without the divergence from the prior.</param>
    /// <param name="Gradient">In the means, [C, in].</param>
    /// <param name="Curvature">sum_n r_nk phi_n phi_n^T, as the covariances take it.</param>
    /// <param name="Steepest">A bound on the curvature in the means, sum_n 2 max_k r_nk (1 - r_nk) phi_n phi_n^T, [in, in].</param>
    public sealed record Terms(double Fit, Tensor Gradient, Tensor Curvature, Tensor Steepest);

    /// <summary>One pass over the features.</summary>
    /// <param name="means">[C, in].</param>
    /// <param name="covariances">Null is a point: no variance.</param>
    /// <param name="cancellation">Ends it between two blocks.</param>
    public Terms At(Tensor means, WeightCovariances? covariances, CancellationToken cancellation = default)
    {
        var gradient = zeros_like(means, dtype: means.dtype, device: means.device);
        var isWhole = covariance == LastLayerCovariance.PerOutput;
        var curvature = isWhole
            ? WholeCovariances.None(means.shape[0], means.shape[1], means.device)
            : DiagonalCovariances.None(means.shape[0], means.shape[1], means.device);
        var steepest = zeros([means.shape[1], means.shape[1]], means.dtype, means.device);
        var fit = 0.0;
        data.Read(Add, cancellation);
        return new Terms(fit, gradient, curvature, steepest);

        void Add(Tensor rows, Tensor targets)
        {
            var logits = rows.mm(means.t());
            if (known is not null)
                logits = logits.AddTo(known);
            var raised = covariances is null ? logits : logits.AddTo(covariances.Variances(rows) * Operand(0.5));
            var counts = TargetWeights.OfClasses(likelihood, targets, logits.shape[1]);
            var weights = counts.sum(1);
            fit += (counts * logits).sum(1).Subtract(weights * raised.logsumexp(1)).sum().Number();
            var p = raised.softmax(1);
            var r = p * weights.unsqueeze(1);
            steepest.AddInPlace(rows.t().mm(rows * (Operand(2) * (r * p.neg().AddTo(Operand(1))).amax([1], keepdim: true))));
            gradient.AddInPlace(counts.Subtract(r).t().mm(rows));
            if (isWhole)
                WholeCovariances.Add(curvature, rows, r);
            else
                DiagonalCovariances.Add(curvature, rows, r);
        }
    }

    /// <summary>KL(N(m, S) || N(0, 1 / a)) of all weights, nats: (a (|m|^2 + tr S) - P - P log a + log det S^-1) / 2.</summary>
    public static double Divergence(Tensor means, WeightCovariances covariances, double precision)
    {
        var count = means.numel();
        return 0.5 * (precision * (SquareSum(means) + covariances.Trace) - count - count * Math.Log(precision)
            + covariances.LogDeterminant);
    }

    /// <summary>|m|^2.</summary>
    public static double SquareSum(Tensor means)
    {
        using var squares = means.Squared();
        using var sum = squares.sum();
        return sum.Number();
    }
}
