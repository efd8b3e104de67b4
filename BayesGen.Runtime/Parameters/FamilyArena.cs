using BayesGen.Noise;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// All weights of one family, dtype and device, end to end in one flat tensor W that the network's own parameters are aliases of; their
/// gradients are aliases of one flat tensor G. The variational parameters are flat too, so that a draw is a handful of operations.
/// </summary>
internal abstract partial class FamilyArena : IDisposable
{
    private readonly Tensor _mask;
    private Tensor? _keptAsNumber;

    /// <summary>The mask that was last taken over: a new one is another tensor.</summary>
    private Tensor? _followed;

    protected FamilyArena(PosteriorFamily family, IReadOnlyList<NetworkWeight> weights)
    {
        Family = family;
        Weights = weights;
        Store = new WeightStore(weights);
        Priors = new ArenaPriors([.. weights.Select(weight => family.PriorOf(weight.Options))], Store);
        Flat = [.. family.ParameterNames.Select(_ => NewParameter(Store))];
        _mask = ones(Store.Count, dtype: ScalarType.Bool, device: Store.Device).DetachFromDisposeScope();
        MaskWindows = [.. weights.Select(weight => weight.SliceOf(_mask).DetachFromDisposeScope())];
        if (weights[0].Options.Estimator == Estimator.Local)
            Local = new LocalEstimator(weights, Store);
        _fixed = [.. weights.SelectMany(weight => weight.Fixed.Select(part => (weight.Offset + part.Offset, part.Count)))];
        MaskFixed();
    }

    public PosteriorFamily Family { get; }

    public IReadOnlyList<NetworkWeight> Weights { get; }

    /// <summary>The flat weights and gradients.</summary>
    public WeightStore Store { get; }

    /// <summary>The flat variational parameters, the leaves that an optimizer sees.</summary>
    public IReadOnlyList<Parameter> Flat { get; }

    /// <summary>The priors, and the numbers of those that are learned.</summary>
    public ArenaPriors Priors { get; }

    /// <summary>What moves the noise to the outputs; null where the weights themselves are drawn.</summary>
    public LocalEstimator? Local { get; }

    /// <summary>Draws and pulls back without a graph; null where autograd does it.</summary>
    public ArenaKernel? Kernel { get; private set; }

    public long Count => Store.Count;

    /// <summary>The posterior of all weights at once.</summary>
    public abstract Posterior Posterior { get; }

    /// <summary>Which weights are kept, flat and boolean; null where nothing is pruned.</summary>
    public Tensor? Mask => _keptAsNumber is null ? null : _mask;

    /// <summary>The same as 1 and 0 in the dtype of the weights; null where nothing is pruned.</summary>
    public Tensor? KeptAsNumber => _keptAsNumber;

    /// <summary>The mask of each weight in its shape: windows onto the flat mask, there whether or not something is pruned.</summary>
    public IReadOnlyList<Tensor> MaskWindows { get; }

    /// <summary>The window onto one weight.</summary>
    public abstract Posterior WindowOf(NetworkWeight weight);

    /// <summary>The same over handles of its own, which may be disposed.</summary>
    public abstract Posterior CopyOfWindow(NetworkWeight weight);

    /// <summary>Draws into W.</summary>
    public ArenaDraw Draw(NoiseSource noise) => Kernel is null ? GraphDraw.Make(this, noise) : KernelDraw.Make(this, Kernel, noise);

    /// <summary>Leaves every later draw to autograd, as for a family without kernels.</summary>
    public void DrawByGraph()
    {
        Kernel?.Dispose();
        Kernel = null;
    }

    /// <summary>Draws every weight of the arena; the graph leads to <see cref="Flat"/>.</summary>
    public Tensor Sample(NoiseSource noise) => WithFixed(Kept(Posterior.Sample(noise)));

    /// <summary>The means of the weights; the graph leads to <see cref="Flat"/>.</summary>
    public Tensor Mean() => WithFixed(Kept(Posterior.Mean()));

    /// <summary>The variances of the weights; the graph leads to <see cref="Flat"/>.</summary>
    public Tensor Variance() => Kept(Posterior.Variance());

    /// <summary>Writes the mean or the MAP into W.</summary>
    /// <param name="state">Which of the two.</param>
    public void Write(WeightState state)
    {
        using var _ = no_grad();
        using var point = Point(state);
        Store.Write(point);
    }

    /// <summary>The mean or the MAP, flat.</summary>
    /// <param name="state">Which of the two.</param>
    /// <param name="keep">Flat and boolean; weights outside it become zero on top of the arena's own mask. Null keeps all.</param>
    /// <returns>A new tensor.</returns>
    public Tensor Point(WeightState state, Tensor? keep = null)
    {
        using var _ = no_grad();
        var point = state == WeightState.Map ? Posterior.Map() : Posterior.Mean();
        if (_keptAsNumber is not null)
            point.mul_(_keptAsNumber);
        if (keep is not null)
            point.mul_(keep);
        WriteFixed(point);
        return point;
    }

    /// <summary>Whether a backward left something that no pull-back has taken.</summary>
    public bool HasGradient() => Kernel is { HasLostDivergence: true } || Store.HasGradient();

    /// <summary>Makes a flat tensor zero where weights are pruned.</summary>
    public void Keep(Tensor flat)
    {
        if (_keptAsNumber is null)
            return;
        using var _ = no_grad();
        flat.mul_(_keptAsNumber);
    }

    /// <summary>The divergence of all arenas of one family.</summary>
    /// <param name="loss">An <see cref="IScores{TPosterior}"/> of this family.</param>
    /// <param name="draws">The parts of a draw that belong to arenas of this family.</param>
    public abstract Tensor Divergence(object loss, IReadOnlyList<ArenaDraw> draws);

    public Prior PriorOf(NetworkWeight weight) => Priors[IndexOf(weight)];

    public void SetPrior(NetworkWeight weight, Prior prior) => Priors.Set(IndexOf(weight), prior);

    /// <summary>The numbers of a weight's prior that are learned, by name: windows onto <see cref="ArenaPriors.Learned"/>.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> LearnedPriorOf(NetworkWeight weight) => Priors.LearnedOf(IndexOf(weight));

    /// <summary>Prunes: a weight stays if it was kept before and is kept by <paramref name="keep"/>.</summary>
    public void Prune(Tensor keep)
    {
        _mask.logical_and_(keep);
        AdoptMask();
    }

    /// <summary>Keeps every weight again.</summary>
    public void Unprune()
    {
        _mask.fill_(true);
        AdoptMask();
    }

    /// <summary>Takes over the posterior, the mask and the priors of an arena of the same layout.</summary>
    public void Follow(FamilyArena leader)
    {
        using var _ = no_grad();
        foreach (var (mine, other) in Flat.Zip(leader.Flat))
            mine.copy_(other);
        Priors.Follow(leader.Priors);
        if (ReferenceEquals(_followed, leader._keptAsNumber))
            return;
        _mask.copy_(leader._mask);
        AdoptMask();
        _followed = leader._keptAsNumber;
    }

    /// <summary>Starts the posterior of one weight again, as the family does it around the given mean, and keeps all of the
    /// weight.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="mean">Of the weight's shape, dtype and device.</param>
    public abstract void Restart(NetworkWeight weight, Tensor mean);

    /// <summary>The mask of one weight in its shape.</summary>
    public Tensor MaskWindowOf(NetworkWeight weight) => MaskWindows[IndexOf(weight)];

    /// <summary>Runs of neighboring weights with one prior, as (offset, count, prior).</summary>
    protected IEnumerable<(long Offset, long Count, Prior Prior)> PriorRuns()
    {
        (int First, long Offset, long Count)? run = null;
        foreach (var (index, offset, count) in Scored())
        {
            if (run is { } open && open.Offset + open.Count == offset && Priors.AreOne(open.First, index))
            {
                run = open with { Count = open.Count + count };
                continue;
            }

            if (run is { } done)
                yield return (done.Offset, done.Count, Priors.ToScore(done.First));
            run = (index, offset, count);
        }

        if (run is { } last)
            yield return (last.Offset, last.Count, Priors.ToScore(last.First));
    }

    public virtual void Dispose()
    {
        foreach (var parameter in Flat)
        {
            using (var gradient = parameter.grad)
                parameter.grad = null;
            parameter.Dispose();
        }

        Kernel?.Dispose();
        Local?.Dispose();
        Priors.Dispose();
        foreach (var window in MaskWindows)
            window.Dispose();
        _keptAsNumber?.Dispose();
        _moves?.Dispose();
        _mask.Dispose();
        Store.Dispose();
    }

    /// <summary>Leaves every later draw to the kernels of the family, where there are any.</summary>
    protected void DrawByKernel() => Kernel = ArenaKernel.For(this);

    private Tensor Kept(Tensor perWeight)
    {
        if (_keptAsNumber is null)
            return perWeight;
        using (perWeight)
            return perWeight * _keptAsNumber;
    }

    protected int IndexOf(NetworkWeight weight)
    {
        for (var i = 0; i < Weights.Count; i++)
            if (ReferenceEquals(Weights[i], weight))
                return i;
        throw new ArgumentException($"The weight '{weight.Key}' is not in this arena.", nameof(weight));
    }

    private static Parameter NewParameter(WeightStore store) =>
        new Parameter(zeros(store.Count, dtype: store.Dtype, device: store.Device)).DetachFromDisposeScope() as Parameter
        ?? throw new InvalidOperationException("TorchSharp returned no parameter.");
}
