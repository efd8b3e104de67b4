using BayesGen.Kernels;

namespace BayesGen.Laplace;

/// <summary>
/// What is known of the weights of one layer: N(w*, (H / noise + precision)^-1) in the coordinates of the eigenvectors of H.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="curvature">H.</param>
internal sealed class LayerPosterior(LaplaceLayer layer, LayerCurvature curvature) : IDisposable
{
    private Tensor? _variances;
    private double _squares;

    public LaplaceLayer Layer => layer;

    public LayerCurvature Curvature => curvature;

    /// <summary>The precision of the prior.</summary>
    public double Precision { get; private set; }

    /// <summary>1 / (eigenvalue / noise + precision).</summary>
    public Tensor Variances => _variances!;

    /// <summary>The curvature is whole.</summary>
    /// <param name="weight">What all examples count together.</param>
    public void Finish(double weight)
    {
        curvature.Finish(weight);
        using var squares = layer.Offsets.Squared();
        using var sum = squares.sum();
        _squares = sum.item<double>();
    }

    /// <summary>Sets the precision of the prior and the size of the noise, as a factor on its variance.</summary>
    public void Set(double precision, double noise)
    {
        Precision = precision;
        using var scope = NewDisposeScope();
        _variances?.Dispose();
        _variances = Precisions(precision, noise).reciprocal().DetachFromDisposeScope();
    }

    /// <summary>
    /// What the layer adds to the log marginal likelihood: log N(w*; 0, 1 / a) + (P / 2) log(2 pi) - (1/2) log det(H / noise + a) =
    /// -a |w*|^2 / 2 + (P / 2) log a - (1/2) sum_i log(h_i / noise + a).
    /// </summary>
    public double LogEvidence(double precision, double noise)
    {
        using var scope = NewDisposeScope();
        var determinant = Precisions(precision, noise).log().sum().Number();
        return 0.5 * (layer.Count * Math.Log(precision) - precision * _squares - determinant);
    }

    /// <summary>h / noise + a. The search asks for it a thousand times, hence operands that live.</summary>
    private Tensor Precisions(double precision, double noise)
    {
        using Scalar added = precision;
        return curvature.Eigenvalues.DivideBy(noise).add_(added);
    }

    public void Dispose()
    {
        _variances?.Dispose();
        curvature.Dispose();
        layer.Dispose();
    }
}
