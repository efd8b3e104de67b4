namespace BayesGen.Laplace;

/// <summary>The diagonal of the Gauss-Newton matrix of a layer: sum_n a_ni^2 sum_r g_nro^2, exact for each weight.</summary>
/// <param name="outputs">The number of outputs.</param>
/// <param name="inputs">The number of inputs, the 1 of a bias included.</param>
/// <param name="device">Where it is summed.</param>
internal sealed class DiagonalCurvature(long outputs, long inputs, Device device) : LayerCurvature
{
    private readonly Tensor _sum = zeros([outputs, inputs], ScalarType.Float64, device).DetachFromDisposeScope();

    public override Tensor Eigenvalues => _sum;

    public override void AddAtOutputs(Tensor inputs, OutputCurvature curvature) =>
        _sum.AddInPlace(curvature.Diagonals().t().mm(inputs.Squared()));

    public override void Add(Tensor inputs, Tensor slopes, Tensor? weights) =>
        _sum.AddInPlace(slopes.Squared().sum(1).t().mm(inputs.Squared()));

    public override void Finish(double weight)
    {
    }

    public override Tensor Covariance(Tensor inputs, Tensor? slopes, Tensor variances) =>
        Carried(inputs.Squared().mm(variances.t()), slopes);

    public override Tensor Deviation(Tensor normal, Tensor variances) => normal * variances.sqrt();

    public override void Dispose() => _sum.Dispose();
}
