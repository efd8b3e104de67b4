using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>What the weights of the network hold while no draw is alive.</summary>
public enum WeightState
{
    /// <summary>The posterior mean. A fresh or loaded model holds this.</summary>
    Mean,

    /// <summary>The family's point estimate (<see cref="Posterior.Map"/>).</summary>
    Map,
}
