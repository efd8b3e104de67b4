using BayesGen.Kernels;
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
        if (Posterior is not IHasClosedFormKl closed)
            return null;
        using var ofWeights = closed.KlTo(Prior);
        if (ofWeights is null)
            return null;
        var sum = Sum(ofWeights);
        foreach (var part in closed.SharedKlTo(Prior))
        {
            using var before = sum;
            using var shared = Sum(part);
            sum = before.AddTo(shared);
            part.Dispose();
        }

        return sum;
    }

    public Tensor Sum(Tensor terms)
    {
        // Half precision ends at 65,504, or counts in steps of 8 above 1,024.
        if (terms.dtype is ScalarType.Float16 or ScalarType.BFloat16)
        {
            using var wide = terms.to(ScalarType.Float32);
            return Sum(wide);
        }

        if (Mask is null)
            return terms.sum();

        // where() and not a product: the score of a pruned weight may be infinite, and infinity times zero is NaN.
        using var zero = zeros_like(terms, dtype: terms.dtype, device: terms.device);
        using var mask = MaskLike(terms);
        using var kept = where(mask, terms, zero);
        return kept.sum();
    }

    /// <summary>Which terms count: one that is shared does where one of its weights does.</summary>
    private Tensor MaskLike(Tensor terms)
    {
        var mask = Mask!.alias();
        if (mask.numel() == terms.numel() && mask.dim() == terms.dim())
            return mask;
        var missing = (int)(mask.dim() - terms.dim());
        for (var dimension = 0; dimension < mask.dim(); dimension++)
        {
            if (mask.size(dimension) == 1 || (dimension >= missing && terms.size(dimension - missing) != 1))
                continue;
            using var finer = mask;
            mask = finer.any(dimension, keepdim: true);
        }

        using var whole = mask;
        return whole.view(terms.shape);
    }
}
