namespace BayesGen.LastLayers;

/// <summary>What a fit of a last layer knows of the outputs for some features.</summary>
internal interface ILastLayerPosterior : IDisposable
{
    /// <summary>The bound on log p(data), nats.</summary>
    double Bound { get; }

    /// <summary>The precision of the prior.</summary>
    double Precision { get; }

    /// <summary>The number of passes over the features.</summary>
    int Iterations { get; }

    /// <summary>Whether the fit ended by itself.</summary>
    bool HasConverged { get; }

    /// <summary>The variances of the noise of the outputs; null of classes.</summary>
    IReadOnlyList<double>? NoiseVariances { get; }

    /// <summary>Means and variances of the outputs of the layer, [n, C] each, without a bias that has no posterior.</summary>
    /// <param name="rows">Features, [n, in].</param>
    (Tensor Means, Tensor Variances) Outputs(Tensor rows);
}
