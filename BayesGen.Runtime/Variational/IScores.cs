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
    /// <summary>
    /// The posterior of the run: flat, or, of a family with parameters that weights share, that of one weight in its own shape.
    /// </summary>
    TPosterior Posterior { get; }

    /// <summary>The prior of the run.</summary>
    Prior Prior { get; }

    /// <summary>
    /// The weights of the current draw in the posterior's shape: a leaf, so that a loss can send gradients to the draw.
    /// </summary>
    Tensor Sample { get; }

    /// <summary>Which weights are not pruned, boolean and in the posterior's shape; null where all are kept.</summary>
    Tensor? Mask { get; }

    /// <summary>
    /// KL(q || p) in closed form, summed over the weights that are not pruned and over the units and layers that have one; the same as
    /// summing <see cref="IHasClosedFormKl.KlTo"/> and <see cref="IHasClosedFormKl.SharedKlTo"/>, and faster where the family's
    /// derivatives are written out.
    /// </summary>
    /// <returns>
    /// A new scalar tensor in nats, to be followed by <c>draw.Backward</c>; null where there is no closed form to the prior.
    /// </returns>
    Tensor? Kl();

    /// <summary>
    /// Sums terms over the weights that are not pruned. A term that weights share counts once, where one of them is kept.
    /// </summary>
    /// <param name="terms">
    /// A term for each weight, in the posterior's shape; or one for each unit or layer, in a shape that broadcasts against it.
    /// </param>
    /// <returns>A new scalar tensor.</returns>
    Tensor Sum(Tensor terms);
}
