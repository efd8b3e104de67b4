using System.Runtime.ExceptionServices;
using BayesGen.Execution;
using BayesGen.Noise;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// The memory of a Bayesian neural network. Generated wrappers hold one; its public members are what they need.
/// </summary>
/// <remarks>
/// What the network computes with is the content of the flat weights: a draw while one is alive, else the mean or the MAP. Evaluation
/// overrides the weights and puts them back bit for bit.
/// </remarks>
public sealed class NetworkArena : IDisposable
{

    /// <summary>
    /// Takes a network over: the annotations of its class, and of the networks in it, say which layer has which posterior.
    /// </summary>
    /// <param name="network">
    /// The plain network, built outside any dispose scope. Its weights start as the means of their posteriors.
    /// </param>
    /// <exception cref="InvalidOperationException">An annotated layer is not registered, or no weight gets a posterior.</exception>
    public NetworkArena(nn.Module network)
        : this(network, static _ => { })
    {
    }

    /// <summary>Takes a network over: its weights start as the means of their posteriors.</summary>
    /// <param name="network">The plain network, built outside any dispose scope.</param>
    /// <param name="describe">
    /// Says which layer has which posterior, before what the annotations say; called again when the network moves.
    /// </param>
    /// <exception cref="InvalidOperationException">An annotated layer is not registered, or no weight gets a posterior.</exception>
    public NetworkArena(nn.Module network, Action<NetworkPlan> describe)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(describe);
        WrappedNetworks.RequireFree(network);
        using var seed = randint(int.MaxValue, [1], dtype: ScalarType.Int64, device: CPU);
        var noise = new NoiseSource(seed.item<long>());
        Inventory = new ParameterInventory(network, describe);
        Freezing = new ParameterFreezing(Inventory);
        Lease = new WeightLease(Inventory, Freezing, noise);
        NonFinite = new NonFiniteSearch(Inventory, Freezing);
        Divergences = new ClosedFormDivergences(Inventory);
        Lease.Restore();
        WrappedNetworks.Add(Inventory);
    }

    /// <summary>What the weights hold while no draw is alive.</summary>
    public WeightState State => Lease.State;

    /// <summary>
    /// The source of the noise of unseeded draws. It starts from TorchSharp's global generator, so manual_seed governs it.
    /// </summary>
    public NoiseSource Noise => Lease.Noise;

    /// <summary>Every Bayesian weight in the order of the network: key, family, shape and count.</summary>
    public IReadOnlyList<BayesianWeight> BayesianWeights => Inventory.BayesianWeights;

    /// <summary>The number of Bayesian weights.</summary>
    public long BayesianCount => Inventory.BayesianCount;

    /// <summary>The number of all weights, Bayesian, deterministic and frozen.</summary>
    public long TotalCount => Inventory.TotalCount;

    /// <summary>The device of the weights.</summary>
    public Device Device => Inventory.Device;

    /// <summary>
    /// What the targets of the network are, as whoever trained it wrote it down; state files carry it. Null where nobody has said it.
    /// </summary>
    internal string? NotedLikelihood { get; set; }

    /// <summary>The parameters, buffers and keys of the network.</summary>
    internal ParameterInventory Inventory { get; }

    /// <summary>Which weights are not trained for a while.</summary>
    internal ParameterFreezing Freezing { get; }

    /// <summary>Who may write the weights.</summary>
    internal WeightLease Lease { get; }

    /// <summary>Who uses the network when.</summary>
    internal NetworkTurns Turns { get; } = new();

    /// <summary>Which tensor is not finite.</summary>
    internal NonFiniteSearch NonFinite { get; }

    /// <summary>What a step computes once for all of its draws.</summary>
    internal ClosedFormDivergences Divergences { get; }

    internal IReadOnlyList<FamilyArena> Families => Inventory.Families;

    internal nn.Module Network => Inventory.Network;

    /// <summary>
    /// Called by the wrapper before each forward: with no draw alive it makes sure that the weights are those of the current posterior.
    /// </summary>
    /// <remarks>
    /// In training mode an optimizer may have moved the posterior since the last forward, so the weights are written each time; in
    /// evaluation mode only when something is known to have changed.
    /// </remarks>
    public void BeforeForward() => Lease.BeforeForward();

    /// <summary>Marks the weights as outdated, for example because the mode of the network was switched.</summary>
    public void Invalidate() => Lease.Invalidate();

    /// <summary>The window onto the posterior of one weight; it shares memory with the whole.</summary>
    /// <typeparam name="TPosterior">The family of the weight.</typeparam>
    /// <param name="key">The key of the weight, for example <c>conv1.weight</c>.</param>
    /// <exception cref="KeyNotFoundException">The network has no Bayesian weight of this key.</exception>
    /// <exception cref="InvalidCastException">The weight has another family.</exception>
    public TPosterior Posterior<TPosterior>(string key)
        where TPosterior : Posterior
    {
        Freezing.Enter();
        var (arena, weight) = Inventory.Keys.Find(key);

        // A handle of its own each time, so that whoever disposes it disposes nothing of the network.
        return arena.Posterior.CopyOfWindow(weight) as TPosterior
            ?? throw new InvalidCastException($"The weight '{key}' has a {arena.Family.Name} posterior, not a {typeof(TPosterior).Name}.");
    }

    /// <summary>The prior of one weight.</summary>
    /// <param name="key">The key of the weight.</param>
    public Prior Prior(string key)
    {
        Freezing.Enter();
        var (arena, weight) = Inventory.Keys.Find(key);
        return arena.Priors[weight.Place.Index];
    }

    /// <summary>Gives one weight another prior.</summary>
    /// <param name="key">The key of the weight.</param>
    /// <param name="prior">The prior; the next loss is computed with it.</param>
    public void SetPrior(string key, Prior prior)
    {
        ArgumentNullException.ThrowIfNull(prior);
        Freezing.Enter();
        var (arena, weight) = Inventory.Keys.Find(key);
        arena.Priors.Set(weight.Place.Index, prior);
        Freezing.Forget();
    }

    /// <summary>The tensors for an optimizer: the flat posterior parameters and the flat deterministic weights.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Parameters() =>
        OptimizedParameter.Of(Inventory).Select(entry => (entry.Name, entry.Parameter));

    /// <summary>Moves or converts the network and takes posterior, masks and priors along.</summary>
    /// <param name="move">Moves the plain network.</param>
    /// <remarks>Make the optimizer after moving: its parameters are new tensors, as in PyTorch after a dtype change.</remarks>
    public void Move(Action move)
    {
        ArgumentNullException.ThrowIfNull(move);
        Lease.RequireNoDraw("move the network");
        Freezing.Read();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var whole = new NetworkMove(Inventory);
        Freezing.Forget();
        var failure = whole.Run(move);
        AdoptState();
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Forgets every gradient, one left behind by a bare backward() included, and repairs the gradient buffers.</summary>
    /// <param name="setToNone">Whether the gradients of the posterior parameters become undefined instead of zero.</param>
    public void ZeroGradients(bool setToNone) => Lease.ZeroGradients(setToNone);

    /// <summary>
    /// Called after tensors of the state were written from outside: masks take effect and the weights follow the posterior.
    /// </summary>
    public void AdoptState()
    {
        Freezing.Forget();
        foreach (var arena in Inventory.Families)
            arena.Mask.Refresh();
        Lease.Restore();
    }

    /// <summary>Releases the posterior; the network itself is disposed by the wrapper.</summary>
    public void Dispose()
    {
        if (Inventory.IsDisposed)
            return;
        try
        {
            Lease.EndDraw();
        }
        finally
        {
            Freezing.Forget();
            WrappedNetworks.Remove(Inventory);
            Inventory.Dispose();
        }
    }

    /// <summary>Waits for a turn: see <see cref="NetworkTurns.Take"/>.</summary>
    internal TurnQueue.Turn TakeTurn() => Turns.Take();

    /// <summary>Freezes weights, or thaws them: see <see cref="ParameterFreezing.Set"/>.</summary>
    /// <exception cref="InvalidOperationException">A draw is alive, or a weight was frozen when the network was wrapped.</exception>
    internal void SetFrozen(IReadOnlyList<string> keys, bool isFrozen)
    {
        Lease.RequireNoDraw(isFrozen ? "freeze" : "unfreeze");
        Freezing.Set(keys, isFrozen);
    }
}
