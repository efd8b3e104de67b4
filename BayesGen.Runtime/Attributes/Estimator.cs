namespace BayesGen;

/// <summary>How the gradient of the expected fit is estimated from noise.</summary>
public enum Estimator
{
    /// <summary>One draw of the weights for the whole batch. Works for every layer and every family.</summary>
    WeightSampling,

    /// <summary>
    /// Local reparameterization: the noise of the weights is moved to the outputs, so that every example has noise of its own and the
    /// gradient is far less noisy. For Linear and Conv1d to Conv3d, and for families whose weights are Gaussian, where the outputs are
    /// exactly Gaussian given the inputs, or Gaussian under scales of units, of which every example gets its own.
    /// </summary>
    /// <remarks>Kingma, Salimans, Welling, "Variational Dropout and the Local Reparameterization Trick", 2015.</remarks>
    Local,
}
