namespace BayesGen.Laplace;

/// <summary>
/// The curvature H of the negative log-likelihood in the weights [out, in] of one layer, and the Gaussian N(w*, (H / noise + precision)^-1)
/// that it makes of them. A bias is a further column of the weights, and a 1 behind the inputs.
/// </summary>
internal abstract class LayerCurvature : IDisposable
{
    /// <summary>Adds a batch where the outputs of the network are those of the layer itself.</summary>
    /// <param name="inputs">[N, in].</param>
    /// <param name="curvature">Of the outputs.</param>
    public abstract void AddAtOutputs(Tensor inputs, OutputCurvature curvature);

    /// <summary>Adds a batch of a layer anywhere in the network.</summary>
    /// <param name="inputs">[N, in].</param>
    /// <param name="slopes">[N, R, out]: the factors of the outputs' curvature, carried back to the outputs of the layer.</param>
    /// <param name="weights">What each example counts, [N], which the factors hold already; null where all count 1.</param>
    public abstract void Add(Tensor inputs, Tensor slopes, Tensor? weights);

    /// <summary>All data have been added.</summary>
    /// <param name="weight">What all examples count together: their number where each counts 1.</param>
    public abstract void Finish(double weight);

    /// <summary>The eigenvalues of H, not negative, as many as weights; in any shape.</summary>
    public abstract Tensor Eigenvalues { get; }

    /// <summary>The covariance of what the layer does to the outputs of the network: J S J^T for each example.</summary>
    /// <param name="inputs">[N, in].</param>
    /// <param name="slopes">[N, C, out], of the outputs by those of the layer; null where they are the same.</param>
    /// <param name="variances">1 / (eigenvalue / noise + precision), in the shape of the eigenvalues.</param>
    /// <returns>[N, C, C].</returns>
    public abstract Tensor Covariance(Tensor inputs, Tensor? slopes, Tensor variances);

    /// <summary>A sample of the weights less their mean.</summary>
    /// <param name="normal">Standard normal numbers in the shape of the eigenvalues.</param>
    /// <param name="variances">As above.</param>
    /// <returns>[out, in].</returns>
    public abstract Tensor Deviation(Tensor normal, Tensor variances);

    /// <summary>Releases what it holds.</summary>
    public abstract void Dispose();

    /// <summary>The covariance of independent outputs of a layer, carried on to those of the network.</summary>
    protected static Tensor Carried(Tensor variancesOfOutputs, Tensor? slopes) => slopes is null
        ? diag_embed(variancesOfOutputs)
        : (slopes * variancesOfOutputs.unsqueeze(1)).bmm(slopes.transpose(1, 2));
}
