using TorchSharp.Modules;

namespace BayesGen;

/// <summary>The numbers of a step, over all that took part in it: scalars without a graph.</summary>
/// <param name="Fit">The fit loss: the mean over examples and samples.</param>
/// <param name="Divergence">The divergence: the mean over samples, the same for any part of the examples.</param>
/// <param name="Total">The value of the loss; see <see cref="LossTerms.Bound"/>.</param>
/// <param name="Metrics">
/// The metrics: their sums over the examples, and what the examples count together where that is not their number.
/// </param>
/// <param name="Noise">What a noise for all inputs is learned from; null where none is.</param>
internal sealed record StepSums(
    Tensor Fit, Tensor Divergence, Tensor Total, IReadOnlyList<(string Name, Tensor Sum, Tensor? Count)> Metrics, NoiseResiduals? Noise);

/// <summary>What a noise for all inputs is learned from in closed form.</summary>
/// <param name="LogSigma">The parameter.</param>
/// <param name="Squared">The mean squared residual of each output, over examples and samples.</param>
internal sealed record NoiseResiduals(Parameter LogSigma, Tensor Squared);
