namespace BayesGen;

/// <summary>The value of a variational loss and the parts it is made of.</summary>
/// <param name="Total">The scalar to minimize, with its graph.</param>
/// <param name="Fit">The mean fit loss over the draws, unweighted.</param>
/// <param name="Divergence">The mean divergence over the draws in nats, before beta and before any scaling.</param>
public sealed record LossTerms(Tensor Total, Tensor Fit, Tensor Divergence)
{
    /// <summary>
    /// The value to report: what the gradient of <see cref="Total"/> descends. For a loss linear in the draws it is the total, the
    /// negative ELBO per example where beta is 1; for <see cref="RenyiLoss"/> the negative variational Renyi bound per example.
    /// </summary>
    public Tensor Bound { get; init; } = Total.detach();
}
