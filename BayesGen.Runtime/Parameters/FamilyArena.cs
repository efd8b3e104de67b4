using BayesGen.Noise;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// All weights of one family, dtype and device, end to end in one flat tensor W that the network's own parameters are aliases of; their
/// gradients are aliases of one flat tensor G. The variational parameters are flat too, so that where each has a
/// number for every weight a draw is a handful of operations.
/// </summary>
internal sealed class FamilyArena : IDisposable
{
    public FamilyArena(PosteriorFamily family, IReadOnlyList<NetworkWeight> weights)
    {
        Family = family;
        Weights = weights;
        Store = new WeightStore(weights);
        Priors = new ArenaPriors([.. weights.Select(weight => family.PriorOf(weight.Options))], Store);
        Flat = new ArenaParameters(family, weights, Store);
        Mask = new WeightMask(weights, Store);
        Posterior = family.CreatePosterior(Flat, weights);
        if (weights[0].Options.Estimator == Estimator.Local)
            Local = new LocalEstimator(weights, Store, Posterior.HasUnitScales ? new UnitScales(weights, Flat, Posterior.Factors!) : null);
        Store.Adopt(weights);
        Kernel = ArenaKernel.For(this);
    }

    public PosteriorFamily Family { get; }

    public IReadOnlyList<NetworkWeight> Weights { get; }

    /// <summary>The flat weights and gradients.</summary>
    public WeightStore Store { get; }

    /// <summary>The flat variational parameters, the leaves that an optimizer sees.</summary>
    public ArenaParameters Flat { get; }

    /// <summary>The priors, and the numbers of those that are learned.</summary>
    public ArenaPriors Priors { get; }

    /// <summary>What moves the noise to the outputs; null where the weights themselves are drawn.</summary>
    public LocalEstimator? Local { get; }

    /// <summary>Draws and pulls back without a graph; null where autograd does it.</summary>
    public ArenaKernel? Kernel { get; private set; }

    /// <summary>The posterior over these parameters.</summary>
    public ArenaPosterior Posterior { get; }

    /// <summary>Which weights are kept, and which of those may move.</summary>
    public WeightMask Mask { get; }

    /// <summary>Draws into W.</summary>
    public ArenaDraw Draw(NoiseSource noise) => Kernel is null ? GraphDraw.Make(this, noise) : KernelDraw.Make(this, Kernel, noise);

    /// <summary>
    /// Leaves every later draw to autograd, as for a family without kernels. Nothing of the runtime asks for it: tests hold kernels and
    /// graph against each other on one network.
    /// </summary>
    public void DrawByGraph()
    {
        Kernel?.Dispose();
        Kernel = null;
    }

    /// <summary>Everything that an optimizer sees: the variational parameters, then the numbers of priors that are learned.</summary>
    public IEnumerable<Parameter> Leaves => Priors.Learned is { } learned ? Flat.Append(learned) : Flat;

    /// <summary>Draws every weight of the arena; the graph leads to <see cref="Flat"/>.</summary>
    public Tensor Sample(NoiseSource noise) => WithFixed(Mask.Applied(Posterior.Sample(noise)));

    /// <summary>A draw without a graph.</summary>
    /// <param name="noise">The source of randomness.</param>
    /// <param name="keep">Flat and boolean; weights outside it become zero on top of the arena's own mask.</param>
    public Tensor Sample(NoiseSource noise, Tensor keep)
    {
        using var _ = no_grad();
        var weights = Sample(noise);
        weights.mul_(keep);
        WriteFixed(weights);
        return weights;
    }

    /// <summary>The means of the weights given their scales; the graph leads to <see cref="Flat"/>.</summary>
    public Tensor LocalMean() => WithFixed(Mask.Applied(Posterior.LocalMean()));

    /// <summary>Their variances, null where they have none; the graph leads to <see cref="Flat"/>.</summary>
    public Tensor? LocalVariance() => Posterior.LocalVariance() is { } variance ? Mask.Applied(variance) : null;

    /// <summary>The mean or the MAP, flat.</summary>
    /// <param name="state">Which of the two.</param>
    /// <param name="keep">Flat and boolean; weights outside it become zero on top of the arena's own mask. Null keeps all.</param>
    /// <returns>A new tensor.</returns>
    public Tensor Point(WeightState state, Tensor? keep = null)
    {
        using var _ = no_grad();
        var point = state == WeightState.Map ? Posterior.Map() : Posterior.Mean();
        Mask.Apply(point);
        if (keep is not null)
            point.mul_(keep);
        WriteFixed(point);
        return point;
    }

    /// <summary>Writes what is fixed into flat weights, which have no graph.</summary>
    public void WriteFixed(Tensor weights)
    {
        if (Mask.Fixed.Count == 0)
            return;
        using var _ = no_grad();
        CopyFixed(weights);
    }

    /// <summary>Takes over the posterior, the mask and the priors of an arena of the same layout.</summary>
    public void CopyFrom(FamilyArena source)
    {
        using var _ = no_grad();
        foreach (var (mine, other) in Flat.Zip(source.Flat))
            mine.copy_(other);
        Priors.CopyFrom(source.Priors);
        Mask.CopyFrom(source.Mask);
    }

    public void Dispose()
    {
        Flat.Dispose();
        Posterior.Dispose();
        Kernel?.Dispose();
        Local?.Dispose();
        Priors.Dispose();
        Mask.Dispose();
        Store.Dispose();
    }

    /// <summary>Drawn weights with what is fixed in its place; the graph leads past it.</summary>
    private Tensor WithFixed(Tensor weights)
    {
        if (Mask.Fixed.Count == 0)
            return weights;
        using (weights)
        {
            var whole = weights.clone();
            CopyFixed(whole);
            return whole;
        }
    }

    private void CopyFixed(Tensor weights)
    {
        foreach (var (offset, count) in Mask.Fixed)
        {
            using var part = weights.narrow(0, offset, count);
            using var mean = Posterior.MeanOf(offset, count);
            part.copy_(mean);
        }
    }
}
