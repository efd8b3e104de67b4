using BayesGen.Noise;
using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Serialization;

namespace BayesGen.Prediction;

/// <summary>
/// A posterior over weights seen as a distribution over plain networks: sample one, or take its mean or MAP. Every network it returns is
/// independent of the model and of the others, and belongs to the caller.
/// </summary>
/// <remarks>
/// A plain network carries no note of its likelihood. A wrapper around it is told by its trainer, or by
/// <c>wrapper.UseLikelihood(model.KnownLikelihood())</c>.
/// </remarks>
/// <typeparam name="TNetwork">The class of the plain network.</typeparam>
public sealed class NetworkDistribution<TNetwork>
    where TNetwork : nn.Module
{
    private readonly IBayesianNetwork _model;
    private readonly Func<TNetwork> _create;

    /// <summary>The distribution of a model's networks.</summary>
    /// <param name="model">The Bayesian neural network; it is never changed.</param>
    /// <param name="create">Builds a plain network of the same class and sizes.</param>
    public NetworkDistribution(IBayesianNetwork model, Func<TNetwork> create)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(create);
        _model = model;
        _create = create;
    }

    /// <summary>What <see cref="Prune"/> set, or null.</summary>
    public Thresholds? Thresholds { get; private set; }

    /// <summary>Prunes the networks of this distribution, not the model.</summary>
    /// <param name="thresholds">A weight is kept where its score is at least the threshold.</param>
    /// <returns>What is kept.</returns>
    /// <exception cref="ArgumentException">
    /// A threshold names no weight, a bare one stands for several families, or nothing would be left of a layer.
    /// </exception>
    public PruneReport Prune(Thresholds thresholds)
    {
        using var scope = NewDisposeScope();
        Pruner.RequireSomethingLeft(_model.Arena, Pruner.KeepMasks(_model.Arena, thresholds));
        var report = Pruner.Statistics(_model.Arena, thresholds);
        Thresholds = thresholds;
        return report;
    }

    /// <summary>One network drawn from the posterior.</summary>
    /// <param name="seed">The seed of the draw; null draws on from the model's source of noise.</param>
    public TNetwork Sample(long? seed = null)
    {
        var own = seed is { } start ? new NoiseSource(start) : null;
        return Build((weights, keep) => weights.WriteDraw(own ?? _model.Arena.Noise, keep));
    }

    /// <summary>The network of mean weights.</summary>
    public TNetwork Mean() => Build((weights, keep) => weights.Write(WeightState.Mean, keep));

    /// <summary>The network of MAP weights.</summary>
    public TNetwork Map() => Build((weights, keep) => weights.Write(WeightState.Map, keep));

    private TNetwork Build(Action<WeightOverride, IReadOnlyList<Tensor>?> write)
    {
        using var scope = NewDisposeScope();
        using var turn = _model.Arena.TakeTurn();
        var keep = Thresholds is null ? null : Pruner.KeepMasks(_model.Arena, Thresholds);
        var plain = Detached(_create());
        using var weights = _model.Arena.Lease.Override("take a network from the distribution");
        write(weights, keep);
        PlainNetwork.Export(_model.Arena, plain);
        return plain;
    }

    /// <summary>Built inside our scope, the network's tensors would die with it.</summary>
    private static TNetwork Detached(TNetwork network)
    {
        foreach (var (_, parameter) in network.named_parameters())
            parameter.DetachFromDisposeScope();
        foreach (var (_, buffer) in network.named_buffers())
            buffer.DetachFromDisposeScope();
        return network;
    }
}
