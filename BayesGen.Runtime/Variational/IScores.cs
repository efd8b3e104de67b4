namespace BayesGen.Variational;

/// <summary>
/// Says that a loss can score the posteriors of a family. The generated <c>CreateTrainer</c> asks for it, so the compiler refuses a loss
/// that cannot score a field of the network.
/// </summary>
/// <typeparam name="TPosterior">
/// The posterior class, or an interface: a loss that implements <c>IScores&lt;IHasDensity&gt;</c> scores every family with a density.
/// </typeparam>
public interface IScores<in TPosterior>
    where TPosterior : class
{
    /// <summary>log q(w) - log p(w) of a draw, or KL(q || p), summed over the weights.</summary>
    /// <param name="weights">All weights of the network of one family, as runs that share a prior.</param>
    /// <returns>A new scalar tensor in nats; gradients flow to the posterior parameters and to the draw.</returns>
    Tensor Divergence(IReadOnlyList<IScoredWeights<TPosterior>> weights);
}

/// <summary>A run of weights that share a family and a prior, as a loss sees it.</summary>
/// <typeparam name="TPosterior">The posterior class.</typeparam>
public interface IScoredWeights<out TPosterior>
    where TPosterior : class
{
    /// <summary>The posterior of the run, flat.</summary>
    TPosterior Posterior { get; }

    /// <summary>The prior of the run.</summary>
    Prior Prior { get; }

    /// <summary>The weights of the current draw, flat: a leaf, so that a loss can send gradients to the draw.</summary>
    Tensor Sample { get; }

    /// <summary>Which weights are not pruned, flat and boolean; null where all are kept.</summary>
    Tensor? Mask { get; }

    /// <summary>
    /// KL(q || p) in closed form, summed over the weights that are not pruned; the same as summing
    /// <see cref="IHasClosedFormKl.KlTo"/>, and faster where the family's derivatives are written out.
    /// </summary>
    /// <returns>
    /// A new scalar tensor in nats, to be followed by <c>draw.Backward</c>; null where there is no closed form to the prior.
    /// </returns>
    Tensor? Kl();

    /// <summary>Sums a number per weight over the weights that are not pruned.</summary>
    /// <param name="perWeight">A tensor of the run's length.</param>
    /// <returns>A new scalar tensor.</returns>
    Tensor Sum(Tensor perWeight);
}
