namespace BayesGen.Laplace;

/// <summary>The whole Gauss-Newton matrix of one layer, over its weights row by row: the Jacobian of an output is g (x) a.</summary>
/// <param name="outputs">The number of outputs.</param>
/// <param name="inputs">The number of inputs, the 1 of a bias included.</param>
/// <param name="device">Where it is summed.</param>
internal sealed class FullCurvature(long outputs, long inputs, Device device) : LayerCurvature
{
    private Tensor _matrix = zeros([outputs * inputs, outputs * inputs], ScalarType.Float64, device).DetachFromDisposeScope();
    private Tensor? _eigenvalues;

    public override Tensor Eigenvalues => _eigenvalues!;

    public override void AddAtOutputs(Tensor inputs, OutputCurvature curvature) => Add(inputs, curvature.Factors(), curvature.Weights);

    public override void Add(Tensor inputs, Tensor slopes, Tensor? weights)
    {
        var rows = Products(inputs, slopes).flatten(0, 1);
        _matrix.AddInPlace(rows.t().mm(rows));
    }

    public override void Finish(double weight)
    {
        using var scope = NewDisposeScope();
        var (values, vectors) = linalg.eigh(_matrix);
        _matrix.Dispose();
        _matrix = vectors.DetachFromDisposeScope();
        _eigenvalues = values.clamp(min: Operand(0)).DetachFromDisposeScope();
    }

    public override Tensor Covariance(Tensor inputs, Tensor? slopes, Tensor variances)
    {
        slopes ??= eye(outputs, dtype: inputs.dtype, device: inputs.device).unsqueeze(0).expand(inputs.shape[0], outputs, outputs);
        var turned = Products(inputs, slopes).matmul(_matrix);
        return (turned * variances).bmm(turned.transpose(1, 2));
    }

    public override Tensor Deviation(Tensor normal, Tensor variances) =>
        _matrix.mv(normal * variances.sqrt()).reshape(outputs, inputs);

    public override void Dispose()
    {
        _matrix.Dispose();
        _eigenvalues?.Dispose();
    }

    /// <summary>g (x) a for each example and row: [N, R, out in].</summary>
    private static Tensor Products(Tensor inputs, Tensor slopes) =>
        (slopes.unsqueeze(3) * inputs.unsqueeze(1).unsqueeze(2)).flatten(2);
}
