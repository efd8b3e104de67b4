using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen.Laplace;

/// <summary>What the targets of a network are to which a posterior is fitted after its training.</summary>
internal static class FitLikelihood
{
    /// <summary>The likelihood of a fit: Gaussian, categorical, or Bernoulli.</summary>
    /// <param name="arena">The network, which knows it where it was trained or loaded with one.</param>
    /// <param name="said">The noise that the call says; null is what the network knows, and classes where nobody has said anything.</param>
    /// <param name="verb">What is done, for errors.</param>
    /// <exception cref="NotSupportedException">The network was trained under one that has no such fit.</exception>
    public static Likelihood Of(NetworkArena arena, GaussianNoise? said, string verb) =>
        said?.Likelihood ?? (LikelihoodChoice.NotedOn(arena) ?? Likelihood.Categorical()) switch
        {
            Likelihood known and (GaussianLikelihood or CategoricalLikelihood or BernoulliLikelihood) => known,
            var other => throw new NotSupportedException(
                $"The network was trained under the likelihood '{other}', and {verb} is for classes, for yes and no, and for numbers with "
                + "Gaussian noise. Under this one make a DeepEnsemble, or annotate the network and train it by variational inference; or "
                + "say a Gaussian noise (Noise) where that is near enough."),
        };
}
