using BayesGen.Kernels;

namespace BayesGen.LastLayers;

/// <summary>A variance for each weight, [C, in].</summary>
internal sealed class DiagonalCovariances : WeightCovariances
{
    private readonly Tensor _precisions;
    private readonly Tensor _variances;

    private DiagonalCovariances(Tensor precisions)
    {
        using var scope = NewDisposeScope();
        _precisions = precisions.DetachFromDisposeScope();
        LogDeterminant = precisions.log().sum().Number();
        _variances = precisions.reciprocal().DetachFromDisposeScope();
        Trace = _variances.sum().Number();
    }

    public override double Trace { get; }

    public override double LogDeterminant { get; }

    /// <summary>The variances of a curvature and a prior.</summary>
    public static DiagonalCovariances Of(Tensor curvature, double precision) =>
        new(curvature.AddTo(Operand(precision)));

    /// <summary>Room for a curvature.</summary>
    public static Tensor None(long outputs, long inputs, Device device) => zeros([outputs, inputs], ScalarType.Float64, device);

    /// <summary>Adds sum_n r_nk phi_n^2 of each output.</summary>
    public static void Add(Tensor curvature, Tensor rows, Tensor r) => curvature.AddInPlace(r.t().mm(rows.Squared()));

    public override Tensor Variances(Tensor rows) => rows.Squared().mm(_variances.t());

    public override WeightCovariances Toward(Tensor curvature, double precision, double step)
    {
        using var scope = NewDisposeScope();
        return new DiagonalCovariances((_precisions * Operand(1 - step)).AddTo(curvature.AddTo(Operand(precision)) * Operand(step)));
    }

    public override void Dispose()
    {
        _precisions.Dispose();
        _variances.Dispose();
    }
}
