using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen;

/// <summary>Seeing a Bayesian neural network as a distribution over plain ones.</summary>
public static class DistributionExtensions
{
    /// <summary>The distribution of plain networks that the posterior stands for.</summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <param name="model">The Bayesian neural network.</param>
    /// <param name="create">Builds a plain network of the same class and sizes.</param>
    public static NetworkDistribution<TNetwork> Distribution<TNetwork>(this IBayesianNetwork model, Func<TNetwork> create)
        where TNetwork : nn.Module => new(model, create);
}
