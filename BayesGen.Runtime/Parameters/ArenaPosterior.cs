using BayesGen.Noise;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>
/// The posterior of all weights of one arena, and the windows onto single ones. What it computes is flat, of the arena's length.
/// </summary>
internal abstract class ArenaPosterior : IDisposable
{
    /// <summary>The kernels of a family with a number of each parameter for every weight; null where it has none.</summary>
    public abstract FamilyKernel? Kernel { get; }

    /// <summary>The kernels of a family of products; null where it has none.</summary>
    public abstract IReadOnlyList<KernelFactor>? Factors { get; }

    /// <summary>A draw of every weight; the graph leads to the flat parameters.</summary>
    public Tensor Sample(NoiseSource noise) => OfAll(posterior => posterior.Sample(noise));

    /// <summary>Whether units have scales that each example of a layer can have of its own.</summary>
    public abstract bool HasUnitScales { get; }

    /// <summary>E w of every weight; the graph leads to the flat parameters.</summary>
    public Tensor Mean() => OfAll(posterior => posterior.Mean());

    /// <summary>Var w of every weight; the graph leads to the flat parameters.</summary>
    public Tensor Variance() => OfAll(posterior => posterior.Variance());

    /// <summary>E v of every weight w = z v, where units have scales z; else E w. The graph leads to the flat parameters.</summary>
    public Tensor LocalMean() => OfAll(posterior => posterior is IHasUnitScales scaled ? scaled.ValueMean() : posterior.Mean());

    /// <summary>Var v of every weight w = z v, null where v is a plain number; where units have no scales, Var w.</summary>
    public Tensor? LocalVariance() => HasUnitScales && Factors![0].IsPlain
        ? null
        : OfAll(posterior => posterior is IHasUnitScales scaled ? scaled.ValueVariance()! : posterior.Variance());

    /// <summary>The point estimate of every weight.</summary>
    public Tensor Map() => OfAll(posterior => posterior.Map());

    /// <summary>The score of every weight.</summary>
    public Tensor Score() => OfAll(posterior => posterior.Score());

    /// <summary>The score of every weight that counts all noise.</summary>
    public Tensor TotalNoiseScore() => OfAll(posterior => posterior.TotalNoiseScore());

    /// <summary>The mean of a run of whole rows of one weight, a new tensor without a graph.</summary>
    /// <remarks>
    /// A row of padding is this mean. Of a family with scales that weights share it moves with them, unless it holds zeros as it does where
    /// nobody wrote it.
    /// </remarks>
    public abstract Tensor MeanOf(long offset, long count);

    /// <summary>The window onto one weight.</summary>
    public abstract Posterior WindowOf(NetworkWeight weight);

    /// <summary>The same over handles of its own, which may be disposed.</summary>
    public abstract Posterior CopyOfWindow(NetworkWeight weight);

    /// <summary>Starts the posterior of one weight again, as the family does it around the given mean.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="mean">Of the weight's shape, dtype and device.</param>
    public abstract void Restart(NetworkWeight weight, Tensor mean);

    /// <summary>The divergence of all arenas of one family.</summary>
    /// <param name="loss">An <see cref="IScores{TPosterior}"/> of this family.</param>
    /// <param name="draws">The parts of a draw that belong to arenas of this family.</param>
    public abstract Tensor Divergence(object loss, IReadOnlyList<ArenaDraw> draws);

    public abstract void Dispose();

    /// <summary>A number for each weight, from the posterior of all of them or from those of the single weights.</summary>
    protected abstract Tensor OfAll(Func<Posterior, Tensor> compute);
}

/// <summary>The posterior of the family <typeparamref name="TPosterior"/> over the parameters of one arena.</summary>
/// <remarks>
/// Where every parameter has a number for every weight, one posterior over the flat tensors is that of all weights. Else the posteriors of
/// the single weights take their turns, and with them the calls to the noise.
/// </remarks>
internal sealed class ArenaPosterior<TPosterior> : ArenaPosterior
    where TPosterior : Posterior, IPosterior<TPosterior>
{
    private readonly ArenaParameters _parameters;
    private readonly IReadOnlyList<NetworkWeight> _weights;
    private readonly TPosterior[] _windows;

    /// <summary>Null where no posterior is that of all weights.</summary>
    private readonly TPosterior? _whole;

    /// <summary>Starts the parameters around the weights of the plain network.</summary>
    public ArenaPosterior(ArenaParameters parameters, IReadOnlyList<NetworkWeight> weights)
    {
        using var _ = no_grad();
        (_parameters, _weights) = (parameters, weights);
        _whole = parameters.IsElementwise ? TPosterior.Over(parameters) : null;
        _windows = [.. weights.Select(weight => TPosterior.Over(parameters.WindowsOf(weight)))];
        foreach (var (weight, window) in weights.Zip(_windows))
            TPosterior.Initialize(window, weight.Parameter, weight.Options);
    }

    public override FamilyKernel? Kernel => (_whole as IHasKernel)?.Kernel;

    public override IReadOnlyList<KernelFactor>? Factors => _windows is [IHasKernelFactors family, ..] ? family.Factors : null;

    public override bool HasUnitScales => typeof(IHasUnitScales).IsAssignableFrom(typeof(TPosterior));

    public override Posterior WindowOf(NetworkWeight weight) => _windows[weight.Place.Index];

    public override Posterior CopyOfWindow(NetworkWeight weight) => TPosterior.Over(_parameters.WindowsOf(weight));

    public override void Restart(NetworkWeight weight, Tensor mean)
    {
        using var _ = no_grad();
        TPosterior.Initialize(_windows[weight.Place.Index], mean, weight.Options);
    }

    public override Tensor MeanOf(long offset, long count)
    {
        using var _ = no_grad();
        if (_whole is null)
        {
            var weight = _weights.First(weight => weight.Place.Offset <= offset && offset + count <= weight.Place.Offset + weight.Count);
            var width = weight.Count / weight.Shape[0];
            return MeanOfRows(_windows[weight.Place.Index], weight.Shape, (offset - weight.Place.Offset) / width, count / width);
        }

        List<Tensor> parts = [.. _parameters.Select(flat => flat.narrow(0, offset, count))];
        var mean = TPosterior.Over(parts).Mean();
        foreach (var part in parts)
            part.Dispose();
        return mean;
    }

    /// <summary>Of the parameters only what belongs to the rows is computed with: this is asked for at each draw.</summary>
    private static Tensor MeanOfRows(TPosterior window, long[] shape, long first, long count)
    {
        using var scope = NewDisposeScope();
        var ofRows = TPosterior.Over([.. window.Parameters.Select(parameter =>
            parameter.size(0) == shape[0] ? parameter.narrow(0, first, count) : parameter.alias())]);
        return ofRows.Mean().expand([count, .. shape[1..]]).reshape(-1).clone().MoveToOuterDisposeScope();
    }

    public override Tensor Divergence(object loss, IReadOnlyList<ArenaDraw> draws)
    {
        List<ScoredWeights<TPosterior>> runs = [.. draws.SelectMany(draw =>
            ((ArenaPosterior<TPosterior>)draw.Arena.Posterior).Scored(draw))];
        var store = draws[0].Arena.Store;
        return runs.Count > 0 ? ((IScores<TPosterior>)loss).Divergence(runs) : zeros([], dtype: store.Dtype, device: store.Device);
    }

    public override void Dispose()
    {
        foreach (var parameter in _windows.SelectMany(window => window.Parameters))
            parameter.Dispose();
    }

    protected override Tensor OfAll(Func<Posterior, Tensor> compute)
    {
        if (_whole is not null)
            return compute(_whole);
        List<Tensor> lines = [.. _weights.Zip(_parameters.PartsOfWeights(), (weight, parts) =>
        {
            using var ofWeight = compute(TPosterior.Over(parts));
            foreach (var part in parts)
                part.Dispose();

            // A score may have a number for each unit alone.
            using var whole = ofWeight.expand(weight.Shape);
            return whole.reshape(-1);
        })];
        var all = cat(lines);
        foreach (var line in lines)
            line.Dispose();
        return all;
    }

    private IEnumerable<ScoredWeights<TPosterior>> Scored(ArenaDraw draw) => _whole is null ? ScoredByWeight(draw) : ScoredByRun(draw);

    /// <summary>Runs of neighboring weights with one prior, flat.</summary>
    private IEnumerable<ScoredWeights<TPosterior>> ScoredByRun(ArenaDraw draw)
    {
        var mask = draw.Mask;
        foreach (var (offset, count, prior) in PriorRuns(draw.Arena))
        {
            Tensor? Kl() => draw.Kl(offset, count, prior);
            yield return new ScoredWeights<TPosterior>(
                () => TPosterior.Over([.. _parameters.Select(flat => Part(flat))]),
                prior,
                () => Part(draw.Sample),
                mask is null ? null : Part(mask),
                Kl);

            Tensor Part(Tensor flat) => count == draw.Arena.Store.Count ? flat.alias() : flat.narrow(0, offset, count);
        }
    }

    /// <summary>Runs of neighboring weights with one prior, as (offset, count, prior).</summary>
    private static IEnumerable<(long Offset, long Count, Prior Prior)> PriorRuns(FamilyArena arena)
    {
        (int First, long Offset, long Count)? run = null;
        foreach (var (index, offset, count) in arena.Mask.Scored())
        {
            if (run is { } open && open.Offset + open.Count == offset && arena.Priors.AreOne(open.First, index))
            {
                run = open with { Count = open.Count + count };
                continue;
            }

            if (run is { } done)
                yield return (done.Offset, done.Count, arena.Priors.ToScore(done.First));
            run = (index, offset, count);
        }

        if (run is { } last)
            yield return (last.Offset, last.Count, arena.Priors.ToScore(last.First));
    }

    /// <summary>One weight after another, in its shape.</summary>
    private IEnumerable<ScoredWeights<TPosterior>> ScoredByWeight(ArenaDraw draw)
    {
        var mask = draw.Mask;
        foreach (var weight in _weights.Where(weight => !weight.IsHeld && weight.Count > 0))
        {
            var prior = draw.Arena.Priors.ToScore(weight.Place.Index);
            Tensor? Kl() => draw.Kl(weight.Place.Offset, weight.Count, prior);
            yield return new ScoredWeights<TPosterior>(
                () => TPosterior.Over(_parameters.PartsOf(weight)), prior, () => weight.Place.SliceOf(draw.Sample), MaskOf(weight), Kl);
        }

        // What is fixed is not a weight, so it is masked where there is no other mask too.
        Tensor? MaskOf(NetworkWeight weight)
        {
            var ofDraw = mask is null ? null : weight.Place.SliceOf(mask);
            return weight.Fixed.Count == 0
                ? ofDraw
                : ofDraw is null
                    ? draw.Arena.Mask.Windows[weight.Place.Index].alias()
                    : ofDraw & draw.Arena.Mask.Windows[weight.Place.Index];
        }
    }
}
