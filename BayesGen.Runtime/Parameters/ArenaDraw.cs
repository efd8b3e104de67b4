using BayesGen.Kernels;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>The part of a draw that belongs to one arena.</summary>
/// <param name="arena">The arena.</param>
internal abstract class ArenaDraw(FamilyArena arena) : IDisposable
{
    private Tensor? _sample;

    public FamilyArena Arena { get; } = arena;

    /// <summary>What was written into W: the drawn weights, or their means where the noise is added to the outputs. Flat.</summary>
    public abstract Tensor Weights { get; }

    /// <summary>Whether the draw was made with gradients on.</summary>
    public abstract bool HasGradient { get; }

    /// <summary>Weights that count in a divergence, flat and boolean, on top of the arena's own mask; null where all of those do.</summary>
    public Tensor? MaskValues { get; init; }

    /// <summary>Which weights count in a divergence; null where all do.</summary>
    public Tensor? Mask => MaskValues is null ? Arena.Mask.Kept : Arena.Mask.Kept is { } kept ? kept & MaskValues : MaskValues;

    /// <summary>
    /// The drawn weights as a leaf, for losses that score the draw itself. Its gradient joins that of the network in the pull-back.
    /// </summary>
    public Tensor Sample
    {
        get
        {
            if (Arena.Local is not null)
                throw new NotSupportedException(
                    $"The loss scores the drawn weights of '{Arena.Weights[0].Key}', and Estimator.Local draws none. Use "
                    + "Estimator.WeightSampling there, or a prior to which the family has a closed-form KL.");
            if (_sample is null)
            {
                // A copy: W is overwritten by the next draw, and autograd would not notice.
                using var plain = Weights.detach();
                _sample = plain.clone().requires_grad_(HasGradient).DetachFromDisposeScope();
            }

            return _sample;
        }
    }

    /// <summary>Carries G (and the gradient of <see cref="Sample"/>) on to the flat parameters, and clears it.</summary>
    public void PullBack()
    {
        var store = Arena.Store;
        using (var ofSample = _sample?.grad)
        {
            if (ofSample is not null)
            {
                using var _ = no_grad();
                store.Gradients.AddInPlace(ofSample);
                ofSample.ZeroInPlace();
            }
        }

        if (Arena.Mask.HasFrozen)
        {
            HeldWeights.ZeroInPlace(Arena.Weights, store.Gradients);
            if (Arena.Local is { } local)
                HeldWeights.ZeroInPlace(Arena.Weights, local.Gradients);
        }

        CarryOn();
        Arena.Local?.Scales?.CarryOn(Arena.Mask);
        store.ForgetRun();
    }

    /// <summary>
    /// KL(q || p) of a run of weights with the gradient at hand, so that it needs no graph; null where this draw has no such way.
    /// </summary>
    /// <param name="offset">The first weight.</param>
    /// <param name="count">The number of weights.</param>
    /// <param name="prior">Their prior.</param>
    public virtual Tensor? Kl(long offset, long count, Prior prior) => null;

    /// <summary>Forgets what a backward left for <see cref="PullBack"/>.</summary>
    public virtual void ForgetGradient() => Zero(_sample);

    public virtual void Dispose() => _sample?.Dispose();

    protected static void Zero(Tensor? leaf)
    {
        using var gradient = leaf?.grad;
        using var _ = no_grad();
        gradient?.ZeroInPlace();
    }

    /// <summary>Adds what G means for the flat parameters to their gradients, and makes G zero.</summary>
    protected abstract void CarryOn();
}
