using BayesGen.Kernels;

namespace BayesGen.LastLayers;

/// <summary>A variance for each weight, [C, in]. What steers the means is one matrix for all outputs.</summary>
/// <remarks>
/// The curvature of the bound in the means is sum_n (diag(r_n) - r_n r_n^T) (x) phi_n phi_n^T. No eigenvalue of the first factor exceeds
/// 2 max_k r_nk (1 - r_nk) (Gershgorin), which gives a bound on the whole of one matrix [in, in].
/// </remarks>
internal sealed class DiagonalCovariances : WeightCovariances
{
    private readonly Tensor _precisions;
    private readonly Tensor _variances;
    private readonly Tensor _shared;

    private DiagonalCovariances(Tensor precisions, Tensor shared)
    {
        using var scope = NewDisposeScope();
        _precisions = precisions.DetachFromDisposeScope();
        _shared = shared.DetachFromDisposeScope();
        LogDeterminant = precisions.log().sum().Number();
        _variances = precisions.reciprocal().DetachFromDisposeScope();
        Trace = _variances.sum().Number();
    }

    public override double Trace { get; }

    public override double LogDeterminant { get; }

    /// <summary>The variances of a curvature and a prior.</summary>
    public static DiagonalCovariances Of(IReadOnlyList<Tensor> curvature, double precision) =>
        new(curvature[0] + precision, curvature[1] + precision * Eye(curvature[1]));

    /// <summary>Room for a curvature.</summary>
    public static IReadOnlyList<Tensor> None(long outputs, long inputs, Device device) =>
        [zeros([outputs, inputs], ScalarType.Float64, device), zeros([inputs, inputs], ScalarType.Float64, device)];

    /// <summary>Adds sum_n r_nk phi_n^2, and the bound on the curvature in the means.</summary>
    public static void Add(IReadOnlyList<Tensor> curvature, Tensor rows, Tensor r)
    {
        curvature[0].add_(r.t().mm(rows.square()));
        var largest = 2 * (r * (1 - r)).amax([1], keepdim: true);
        curvature[1].add_(rows.t().mm(rows * largest));
    }

    public override Tensor Variances(Tensor rows) => rows.square().mm(_variances.t());

    public override WeightCovariances Toward(IReadOnlyList<Tensor> curvature, double precision, double step)
    {
        using var scope = NewDisposeScope();
        return new DiagonalCovariances(
            _precisions * (1 - step) + (curvature[0] + precision) * step,
            _shared * (1 - step) + (curvature[1] + precision * Eye(curvature[1])) * step);
    }

    public override Tensor Direction(Tensor gradient) => linalg.solve(_shared, gradient.t()).t();

    public override void Dispose()
    {
        _precisions.Dispose();
        _variances.Dispose();
        _shared.Dispose();
    }

    private static Tensor Eye(Tensor like) => eye(like.shape[0], dtype: ScalarType.Float64, device: like.device);
}
