using BayesGen.Kernels;

namespace BayesGen.LastLayers;

/// <summary>The whole covariance of the weights of each output, [C, in, in].</summary>
internal sealed class WholeCovariances : WeightCovariances
{
    private readonly Tensor _precisions;
    private readonly Tensor _covariances;

    private WholeCovariances(Tensor precisions)
    {
        using var scope = NewDisposeScope();
        _precisions = precisions.DetachFromDisposeScope();
        var root = linalg.cholesky(precisions);
        LogDeterminant = 2 * root.diagonal(0, 1, 2).log().sum().Number();
        var covariances = root.cholesky_inverse();
        Trace = covariances.diagonal(0, 1, 2).sum().Number();
        _covariances = covariances.DetachFromDisposeScope();
    }

    public override double Trace { get; }

    public override double LogDeterminant { get; }

    /// <summary>The covariances of a curvature and a prior.</summary>
    public static WholeCovariances Of(Tensor curvature, double precision) => new(Sum(curvature, precision));

    /// <summary>Room for a curvature.</summary>
    public static Tensor None(long outputs, long inputs, Device device) =>
        zeros([outputs, inputs, inputs], ScalarType.Float64, device);

    /// <summary>Adds sum_n r_nk phi_n phi_n^T of each output.</summary>
    public static void Add(Tensor curvature, Tensor rows, Tensor r)
    {
        var turned = rows.t();
        for (var k = 0; k < r.shape[1]; k++)
        {
            using var output = NewDisposeScope();
            curvature.select(0, k).AddInPlace(turned.mm(rows * r.narrow(1, k, 1)));
        }
    }

    /// <summary>Output by output: all of them at once would be [C, n, in].</summary>
    public override Tensor Variances(Tensor rows)
    {
        var columns = new Tensor[_covariances.shape[0]];
        for (var k = 0; k < columns.Length; k++)
        {
            using var output = NewDisposeScope();
            columns[k] = (rows.mm(_covariances.select(0, k)) * rows).sum([1]).MoveToOuterDisposeScope();
        }

        return stack(columns, 1);
    }

    public override WeightCovariances Toward(Tensor curvature, double precision, double step)
    {
        using var scope = NewDisposeScope();
        return new WholeCovariances((_precisions * Operand(1 - step)).AddTo(Sum(curvature, precision) * Operand(step)));
    }

    public override void Dispose()
    {
        _precisions.Dispose();
        _covariances.Dispose();
    }

    private static Tensor Sum(Tensor curvature, double precision) => curvature.AddTo(
        Operand(precision) * eye(curvature.shape[2], dtype: ScalarType.Float64, device: curvature.device).unsqueeze(0));
}
