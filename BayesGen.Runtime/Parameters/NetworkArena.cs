using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// The memory of a Bayesian neural network: every annotated weight in the flat arena of its family, every other one in a deterministic
/// arena, and the rules about who may write them. Generated wrappers hold one; its public members are what they and the trainer need.
/// </summary>
/// <remarks>
/// What the network computes with is the content of the flat weights: a draw while one is alive, else the mean or the MAP. Evaluation
/// borrows the weights and puts them back bit for bit.
/// </remarks>
public sealed partial class NetworkArena : IDisposable
{
    /// <summary>How the weights that nobody annotated are called among the optimizer's tensors.</summary>
    internal const string DeterministicKind = "deterministic";

    private readonly nn.Module _network;
    private readonly Action<NetworkPlan> _describe;
    private readonly NoiseSource _noise;
    private List<FamilyArena> _families = [];
    private List<DeterministicArena> _deterministic = [];
    private List<NetworkWeight> _weights = [];
    private List<(string Key, Tensor Buffer)> _buffers = [];

    /// <summary>The keys that buffers have besides, where a layer stands in several fields.</summary>
    private List<(string Key, Tensor Buffer)> _tiedBuffers = [];
    private Dictionary<string, (FamilyArena Arena, NetworkWeight Weight)> _byKey = [];
    private FormerKeys _formerKeys = new();
    private BiasGradients? _biasGradients;
    private LstmInference? _lstmInference;
    private WeightDraw? _draw;
    private bool _isBorrowed;
    private bool _isStale;
    private bool _isDisposed;

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
        _network = network;
        _describe = describe;
        WrappedNetworks.RequireFree(network);
        using (var seed = randint(int.MaxValue, [1], dtype: ScalarType.Int64, device: CPU))
            _noise = new NoiseSource(seed.item<long>());
        Build();
        WriteResting();
        WrappedNetworks.Add(this);
    }

    /// <summary>What the weights hold while no draw is alive.</summary>
    public WeightState State { get; private set; } = WeightState.Mean;

    /// <summary>
    /// The source of the noise of unseeded draws. It starts from TorchSharp's global generator, so manual_seed governs it.
    /// </summary>
    public NoiseSource Noise => _noise;

    /// <summary>Every Bayesian weight in the order of the network: key, family, shape and count.</summary>
    public IReadOnlyList<BayesianWeight> BayesianWeights { get; private set; } = [];

    /// <summary>The number of Bayesian weights.</summary>
    public long BayesianCount { get; private set; }

    /// <summary>The number of all weights, Bayesian, deterministic and frozen.</summary>
    public long TotalCount { get; private set; }

    /// <summary>The device of the weights.</summary>
    public Device Device => _weights.Count > 0 ? _weights[0].Parameter.device : CPU;

    internal IReadOnlyList<FamilyArena> Families => _families;

    internal IReadOnlyList<DeterministicArena> Deterministic => _deterministic;

    internal nn.Module Network => _network;

    /// <summary>Lets the weights rest at the posterior mean or the MAP, and writes them.</summary>
    /// <param name="state">What the weights hold from now on while no draw is alive.</param>
    public void Rest(WeightState state)
    {
        using var turn = TakeTurn();
        Enter();
        RequireNoDraw("change the resting state");
        State = state;
        WriteResting();
    }

    /// <summary>
    /// Called by the wrapper before each forward: with no draw alive it makes sure that the weights are those of the current posterior.
    /// </summary>
    /// <remarks>
    /// In training mode an optimizer may have moved the posterior since the last forward, so the weights are written each time; in
    /// evaluation mode only when something is known to have changed.
    /// </remarks>
    public void BeforeForward()
    {
        Enter();
        if (_draw is null && !_isBorrowed && (_isStale || _network.training))
            WriteResting();
        if (!is_grad_enabled())
            return;
        if (_draw is { } draw)
            draw.RequireUnmoved();
        else if (!_isBorrowed && _network.training)
            RequireNoLostSteps();
        foreach (var arena in _families)
            arena.Store.ExpectGradient();
    }

    /// <summary>Marks the weights as outdated, for example because the mode of the network was switched.</summary>
    public void Invalidate() => _isStale = true;

    /// <summary>The window onto the posterior of one weight; it shares memory with the whole.</summary>
    /// <typeparam name="TPosterior">The family of the weight.</typeparam>
    /// <param name="key">The key of the weight, for example <c>conv1.weight</c>.</param>
    /// <exception cref="KeyNotFoundException">The network has no Bayesian weight of this key.</exception>
    /// <exception cref="InvalidCastException">The weight has another family.</exception>
    public TPosterior Posterior<TPosterior>(string key)
        where TPosterior : Posterior
    {
        Enter();
        var (arena, weight) = Find(key);

        // A handle of its own each time, so that whoever disposes it disposes nothing of the network.
        return arena.CopyOfWindow(weight) as TPosterior
            ?? throw new InvalidCastException($"The weight '{key}' has a {arena.Family.Name} posterior, not a {typeof(TPosterior).Name}.");
    }

    /// <summary>The prior of one weight.</summary>
    /// <param name="key">The key of the weight.</param>
    public Prior Prior(string key)
    {
        Enter();
        var (arena, weight) = Find(key);
        return arena.PriorOf(weight);
    }

    /// <summary>Gives one weight another prior.</summary>
    /// <param name="key">The key of the weight.</param>
    /// <param name="prior">The prior; the next loss is computed with it.</param>
    public void SetPrior(string key, Prior prior)
    {
        ArgumentNullException.ThrowIfNull(prior);
        Enter();
        var (arena, weight) = Find(key);
        arena.SetPrior(weight, prior);
        _keptByHand?.Dispose();
        _keptByHand = null;
    }

    /// <summary>The tensors for an optimizer: the flat posterior parameters and the flat deterministic weights.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Parameters() =>
        OptimizedParameters().Select(entry => (entry.Name, entry.Parameter));

    /// <summary>The same with the kind of each: the name of the variational parameter, or "deterministic".</summary>
    internal IEnumerable<OptimizedParameter> OptimizedParameters()
    {
        foreach (var arena in _families)
        {
            var isOnly = _families.Count(other => other.Family == arena.Family) == 1;
            var name = ArenaName(
                isOnly ? arena.Family.Name : $"{arena.Family.Name}.{arena.Weights[0].Options.Estimator}", arena.Store, isOnly);
            foreach (var (kind, flat) in arena.Family.ParameterNames.Zip(arena.Flat))
                yield return new($"{name}.{kind}", kind, flat)
                {
                    Family = arena.Family.Name, Factor = arena.Family.LearningRateFactors.GetValueOrDefault(kind, 1),
                };
            if (arena.Priors.Learned is { } prior)
                yield return new($"{name}.{PriorName}", PriorName, prior) { Family = arena.Family.Name };
        }

        foreach (var arena in _deterministic)
            yield return new(ArenaName(DeterministicKind, arena.Store, _deterministic.Count == 1), DeterministicKind, arena.Flat);
    }

    /// <summary>Forgets every gradient, one left behind by a bare backward() included, and repairs the gradient buffers.</summary>
    /// <param name="setToNone">Whether the gradients of the posterior parameters become undefined instead of zero.</param>
    public void ZeroGradients(bool setToNone)
    {
        Enter();
        _draw?.ForgetGradients();
        if (_hasRunWithoutDraw && _families.Any(arena => arena.HasGradient()))
            _discarded++;
        _hasRunWithoutDraw = false;
        foreach (var arena in _families)
        {
            arena.Kernel?.Forget();
            foreach (var flat in arena.Flat)
                ZeroGradient(flat, setToNone);
            if (arena.Priors.Learned is { } prior)
                ZeroGradient(prior, setToNone);

            arena.Store.ClearGradients();
            arena.Store.AliasGradients();
            arena.Local?.Gradients.MakeZero();
        }

        foreach (var arena in _deterministic)
            arena.ZeroGradient();
    }

    /// <summary>Checks that the network's parameters still share memory with the posterior.</summary>
    /// <exception cref="InvalidOperationException">User code broke the alias; the message names the parameter.</exception>
    public void Verify()
    {
        foreach (var arena in _families)
            arena.Store.Verify();
        foreach (var arena in _deterministic)
            arena.Verify();
    }

    /// <summary>Releases the posterior; the network itself is disposed by the wrapper.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _draw?.Dispose();
        _keptByHand?.Dispose();
        _keptByHand = null;
        _isDisposed = true;
        WrappedNetworks.Remove(this);
        Release();
    }

    /// <summary>A Bayesian weight by its key, or by that of another place where the same weight is used.</summary>
    internal (FamilyArena Arena, NetworkWeight Weight) Find(string key) => _byKey.TryGetValue(key, out var found)
        || (_weights.Find(weight => weight.TiedKeys.Contains(key)) is { } tied && _byKey.TryGetValue(tied.Key, out found))
        ? found
        : throw new KeyNotFoundException(
            $"The network has no Bayesian weight '{key}'. It has: {string.Join(", ", _byKey.Keys.Select(name => $"'{name}'"))}.");

    /// <summary>The Bayesian weights of one layer by their names within it.</summary>
    internal IEnumerable<string> NamesUnder(string key) => _weights
        .Where(weight => _byKey.ContainsKey(weight.Key))
        .SelectMany(weight => weight.TiedKeys.Prepend(weight.Key))
        .Where(name => name.StartsWith(key + ".", StringComparison.Ordinal))
        .Select(name => name[(key.Length + 1)..]);

    internal bool IsAlive(WeightDraw draw) => ReferenceEquals(_draw, draw);

    internal void End(WeightDraw draw)
    {
        if (!ReferenceEquals(_draw, draw))
            return;
        _draw = null;
        _isStale = true;
    }

    private void WriteResting()
    {
        foreach (var arena in _families)
            arena.Write(State);
        _isStale = false;
    }

    private static void ZeroGradient(Parameter parameter, bool setToNone)
    {
        using var gradient = parameter.grad;
        if (gradient is null)
            return;
        if (setToNone)
            parameter.grad = null;
        else
            gradient.MakeZero();
    }

    private static string ArenaName(string name, WeightStore store, bool isOnly) =>
        isOnly ? name : $"{name}.{store.Dtype}.{store.Device}";
}
