namespace BayesGen;

/// <summary>The part of a draw that belongs to one arena.</summary>
/// <param name="arena">The arena.</param>
/// <param name="weights">What was written into W: the drawn weights, or their means where the noise is added to the outputs.</param>
/// <param name="variances">The variances of the weights where the noise is added to the outputs, else null.</param>
internal sealed class ArenaDraw(FamilyArena arena, Tensor weights, Tensor? variances = null) : IDisposable
{
    private Tensor? _sample;

    public FamilyArena Arena { get; } = arena;

    /// <summary>Weights that count in a divergence, flat and boolean, on top of the arena's own mask; null where all of those do.</summary>
    public Tensor? Keep { get; init; }

    /// <summary>Which weights count in a divergence; null where all do.</summary>
    public Tensor? Mask => Keep is null ? Arena.Mask : Arena.Mask is { } mask ? mask & Keep : Keep;

    /// <summary>Flat; the graph leads to the flat parameters.</summary>
    public Tensor Weights { get; } = weights;

    /// <summary>
    /// The drawn weights as a leaf, for losses that score the draw itself. Its gradient joins that of the network in the pull-back, so
    /// the graph of the draw is walked once.
    /// </summary>
    public Tensor Sample => variances is null
        ? _sample ??= Weights.detach().requires_grad_(Weights.requires_grad).DetachFromDisposeScope()
        : throw new NotSupportedException(
            $"The loss scores the drawn weights of '{Arena.Weights[0].Key}', and Estimator.Local draws none. Use Estimator.WeightSampling there, "
            + "or a prior to which the family has a closed-form KL.");

    /// <summary>Carries G (and the gradient of <see cref="Sample"/>) on to the flat parameters, and clears it.</summary>
    public void PullBack()
    {
        var store = Arena.Store;
        using (var ofSample = _sample?.grad)
        {
            if (ofSample is not null)
            {
                using var _ = no_grad();
                store.Gradients.add_(ofSample);
            }
        }

        // Retained, so that a second Backward of the same draw works as it does for any other leaf.
        if (variances is null)
            autograd.backward([Weights], [store.Gradients], retain_graph: true);
        else
            autograd.backward([Weights, variances], [store.Gradients, Arena.Local!.Gradients], retain_graph: true);
        store.Gradients.zero_();
        Arena.Local?.Gradients.zero_();
        if (_sample is not null)
        {
            using var ofSample = _sample.grad;
            ofSample?.zero_();
        }
    }

    public void Dispose()
    {
        _sample?.Dispose();
        variances?.Dispose();
        Weights.Dispose();
    }
}
