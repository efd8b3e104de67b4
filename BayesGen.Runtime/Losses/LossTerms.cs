namespace BayesGen;

/// <summary>The value of a variational loss and the parts it is made of.</summary>
/// <param name="Total">The scalar to minimise, with its graph.</param>
/// <param name="Fit">The mean fit loss over the draws, unweighted.</param>
/// <param name="Divergence">The mean divergence over the draws in nats, before beta and before any scaling.</param>
public sealed record LossTerms(Tensor Total, Tensor Fit, Tensor Divergence);
