namespace BayesGen;

/// <inheritdoc cref="IScoredWeights{TPosterior}"/>
internal sealed class ScoredWeights<TPosterior>(TPosterior posterior, Prior prior, Func<Tensor> sample, Tensor? mask, Func<Tensor?>? kl = null)
    : IScoredWeights<TPosterior>
    where TPosterior : class
{
    public TPosterior Posterior { get; } = posterior;

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
        if (Mask is null)
            return perWeight.sum();

        // where() and not a product: the score of a pruned weight may be infinite, and infinity times zero is no number.
        using var zero = zeros_like(perWeight, dtype: perWeight.dtype, device: perWeight.device);
        using var kept = where(Mask, perWeight, zero);
        return kept.sum();
    }
}
