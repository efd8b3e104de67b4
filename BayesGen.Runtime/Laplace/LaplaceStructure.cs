namespace BayesGen.Laplace;

/// <summary>What of the curvature of a layer is kept.</summary>
public enum LaplaceStructure
{
    /// <summary>Every weight by itself: one number a weight, without any covariance.</summary>
    Diagonal,

    /// <summary>
    /// A Kronecker product of a factor over the inputs and one over the outputs of each layer: in^2 + out^2 numbers. Ritter, Botev, Barber,
    /// "A Scalable Laplace Approximation for Neural Networks", 2018.
    /// </summary>
    Kronecker,

    /// <summary>The whole covariance of one layer, (in out)^2 numbers: exact for a last layer.</summary>
    Full,
}

/// <summary>How the posterior of the weights becomes one of the outputs.</summary>
public enum LaplacePredictive
{
    /// <summary>
    /// By the network linearized around its weights, f(x) + J(x) (w - w*), whose outputs are Gaussian in closed form; for a last layer that
    /// is no approximation. Immer, Korzepa, Bauer, "Improving Predictions of Bayesian Neural Nets via Local Linearization", 2021.
    /// </summary>
    Linearized,

    /// <summary>By samples of the weights, each run through the network.</summary>
    Sampled,
}
