using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <inheritdoc cref="IScoredWeights{TPosterior}"/>
internal sealed class ScoredWeights<TPosterior>(
    Func<TPosterior> posterior, Prior prior, Func<Tensor> sample, Tensor? mask, Func<Tensor?>? kl = null)
    : IScoredWeights<TPosterior>
    where TPosterior : class
{
    private TPosterior? _posterior;

    public ScoredWeights(TPosterior posterior, Prior prior, Func<Tensor> sample, Tensor? mask) : this(() => posterior, prior, sample, mask)
    {
    }

    /// <remarks>Over handles of its own, so that a loss which disposes one disposes nothing of the network.</remarks>
    public TPosterior Posterior => _posterior ??= posterior();

    public Prior Prior { get; } = prior;

    public Tensor Sample => sample();

    public Tensor? Mask { get; } = mask;

    public Tensor? Kl()
    {
        if (kl?.Invoke() is { } known)
            return known;
        using var perWeight = (Posterior as IHasClosedFormKl)?.KlTo(Prior);
        return perWeight is null ? null : Sum(perWeight);
    }

    public Tensor Sum(Tensor perWeight)
    {
        // Half precision ends at 65,504, or counts in steps of 8 above 1,024.
        if (perWeight.dtype is ScalarType.Float16 or ScalarType.BFloat16)
        {
            using var wide = perWeight.to(ScalarType.Float32);
            return Sum(wide);
        }

        if (Mask is null)
            return perWeight.sum();

        // where() and not a product: the score of a pruned weight may be infinite, and infinity times zero is NaN.
        using var zero = zeros_like(perWeight, dtype: perWeight.dtype, device: perWeight.device);
        using var kept = where(Mask, perWeight, zero);
        return kept.sum();
    }
}
