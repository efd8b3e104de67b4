namespace BayesGen.LastLayers;

/// <summary>
/// The covariances S_k of the weights of each output of a last layer, and the steps that take them where the bound is highest: there the
/// precision is a + sum_n r_nk phi_n phi_n^T.
/// </summary>
internal abstract class WeightCovariances : IDisposable
{
    /// <summary>phi^T S_k phi for each row and output, [n, C].</summary>
    /// <param name="rows">Features, [n, in].</param>
    public abstract Tensor Variances(Tensor rows);

    /// <summary>sum_k trace S_k.</summary>
    public abstract double Trace { get; }

    /// <summary>sum_k log det S_k^-1.</summary>
    public abstract double LogDeterminant { get; }

    /// <summary>The covariances after a step toward those of a curvature: S^-1 becomes (1 - step) S^-1 + step (curvature + a).</summary>
    public abstract WeightCovariances Toward(Tensor curvature, double precision, double step);

    /// <summary>Releases what it holds.</summary>
    public abstract void Dispose();
}
