namespace BayesGen.Laplace;

/// <summary>
/// H = A (x) G with A = sum_n a a^T over the inputs and G = (1/N) sum_n sum_r g g^T over the outputs: exact where either is the same for
/// all examples. An example that counts w times counts so in both, and N is the sum of the w. With
/// A = U_a diag(l_a) U_a^T and G alike the eigenvalues of H are the products l_a l_g.
/// </summary>
/// <remarks>
/// Martens, Grosse, "Optimizing Neural Networks with Kronecker-factored Approximate Curvature", 2015; Ritter et al. 2018.
/// </remarks>
/// <param name="outputs">The number of outputs.</param>
/// <param name="inputs">The number of inputs, the 1 of a bias included.</param>
/// <param name="device">Where it is summed.</param>
internal sealed class KroneckerCurvature(long outputs, long inputs, Device device) : LayerCurvature
{
    private Tensor _ofInputs = zeros([inputs, inputs], ScalarType.Float64, device).DetachFromDisposeScope();
    private Tensor _ofOutputs = zeros([outputs, outputs], ScalarType.Float64, device).DetachFromDisposeScope();
    private Tensor? _eigenvalues;

    public override Tensor Eigenvalues => _eigenvalues!;

    public override void AddAtOutputs(Tensor inputs, OutputCurvature curvature)
    {
        AddInputs(inputs, curvature.Weights);
        _ofOutputs.AddInPlace(curvature.Sum());
    }

    public override void Add(Tensor inputs, Tensor slopes, Tensor? weights)
    {
        AddInputs(inputs, weights);
        var rows = slopes.flatten(0, 1);
        _ofOutputs.AddInPlace(rows.t().mm(rows));
    }

    private void AddInputs(Tensor inputs, Tensor? weights) =>
        _ofInputs.AddInPlace((weights is null ? inputs : inputs * weights.unsqueeze(1)).t().mm(inputs));

    public override void Finish(double weight)
    {
        using var scope = NewDisposeScope();
        var (valuesOfInputs, vectorsOfInputs) = linalg.eigh(_ofInputs);
        var (valuesOfOutputs, vectorsOfOutputs) = linalg.eigh(_ofOutputs.div_(Operand(weight)));

        // From here on both are the matrices of eigenvectors; rounding may have taken an eigenvalue of 0 below it.
        _ofInputs.Dispose();
        _ofOutputs.Dispose();
        _ofInputs = vectorsOfInputs.DetachFromDisposeScope();
        _ofOutputs = vectorsOfOutputs.DetachFromDisposeScope();
        var (ofOutputs, ofInputs) = (valuesOfOutputs.clamp(min: Operand(0)), valuesOfInputs.clamp(min: Operand(0)));
        _eigenvalues = (ofOutputs.unsqueeze(1) * ofInputs.unsqueeze(0)).DetachFromDisposeScope();
    }

    public override Tensor Covariance(Tensor inputs, Tensor? slopes, Tensor variances)
    {
        var ofOutputs = inputs.mm(_ofInputs).Squared().mm(variances.t());
        if (slopes is not null)
            return Carried(ofOutputs, slopes.matmul(_ofOutputs));
        return (_ofOutputs.unsqueeze(0) * ofOutputs.unsqueeze(1)).matmul(_ofOutputs.t());
    }

    public override Tensor Deviation(Tensor normal, Tensor variances) => _ofOutputs.mm(normal * variances.sqrt()).mm(_ofInputs.t());

    /// <summary>
    /// Samples of the outputs of the layer, less their mean, each example by itself: without a matrix [C, C] for each of them.
    /// </summary>
    /// <param name="inputs">[N, in].</param>
    /// <param name="variances">As in <see cref="Covariance"/>.</param>
    /// <returns>What standard normal numbers [N, out] are multiplied by, and then the matrix behind them: z scale M^T.</returns>
    public (Tensor Scale, Tensor Matrix) OutputFactors(Tensor inputs, Tensor variances) =>
        (inputs.mm(_ofInputs).Squared().mm(variances.t()).sqrt(), _ofOutputs);

    public override void Dispose()
    {
        _ofInputs.Dispose();
        _ofOutputs.Dispose();
        _eigenvalues?.Dispose();
    }
}
