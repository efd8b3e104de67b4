using BayesGen.Execution;

namespace BayesGen.Parameters;

/// <summary>
/// The parameters of a network: every annotated weight in the flat arena of its family, every other one in a deterministic arena, its
/// buffers, and the keys of all of them.
/// </summary>
internal sealed class ParameterInventory : IDisposable
{
    private readonly Action<NetworkPlan> _describe;
    private BiasGradients? _biasGradients;
    private LstmInference? _lstmInference;

    /// <summary>Takes a network over: its weights start as the means of their posteriors.</summary>
    /// <param name="network">The network.</param>
    /// <param name="describe">Says which layer has which posterior, before what the annotations say.</param>
    public ParameterInventory(nn.Module network, Action<NetworkPlan> describe)
    {
        (Network, _describe) = (network, describe);
        Build(isFresh: true);
    }

    public nn.Module Network { get; }

    public FamilyArena[] Families { get; private set; } = [];

    public DeterministicArena[] Deterministic { get; private set; } = [];

    /// <summary>Every weight tensor in the order of the network; tied ones once.</summary>
    public NetworkWeight[] Weights { get; private set; } = [];

    public NetworkBuffers Buffers { get; private set; } = new([], []);

    public WeightKeys Keys { get; private set; } = new([], []);

    /// <summary>The keys of today by those that fields once had.</summary>
    public IReadOnlyDictionary<string, string> FormerNames { get; private set; } = new Dictionary<string, string>();

    public IReadOnlyList<BayesianWeight> BayesianWeights { get; private set; } = [];

    public long BayesianCount { get; private set; }

    public long TotalCount { get; private set; }

    public Device Device => Weights.Length > 0 ? Weights[0].Parameter.device : CPU;

    /// <summary>
    /// The flat tensors in which a backward through the network leaves its gradients, live: G and what local estimators have beside it, all
    /// of which a pull-back takes.
    /// </summary>
    public IEnumerable<Tensor> GradientsToPullBack => Families.SelectMany(arena => (IEnumerable<Tensor>)
        [arena.Store.Gradients, .. arena.Local is { } local ? [local.Gradients, .. local.Scales?.Gradients ?? []] : Array.Empty<Tensor>()]);

    /// <summary>
    /// Until the returned object is disposed, gradients of the biases of convolutions are summed here; see <see cref="BiasGradients"/>.
    /// </summary>
    public IDisposable SumBiasGradients() => _biasGradients!.Begin();

    /// <summary>Checks that the network's parameters still share memory with the posterior.</summary>
    /// <exception cref="InvalidOperationException">User code broke the alias; the message names the parameter.</exception>
    public void Verify()
    {
        foreach (var arena in Families)
            arena.Store.Verify();
        foreach (var arena in Deterministic)
            arena.Verify();
    }

    /// <summary>Whether the arenas are gone.</summary>
    public bool IsDisposed { get; private set; }

    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void RequireUndisposed()
    {
        if (IsDisposed)
            throw new ObjectDisposedException(Network.GetName(), "The Bayesian neural network was disposed, and its posterior with it.");
    }

    /// <summary>Builds everything again round a network that has moved; what the posteriors held is lost.</summary>
    public void Rebuild()
    {
        Release();
        Build(isFresh: false);
    }

    public void Dispose()
    {
        IsDisposed = true;
        Release();
    }

    /// <param name="isFresh">Whether the posteriors start here: one that is carried over has its start behind it.</param>
    private void Build(bool isFresh)
    {
        var plan = new NetworkPlan();
        _describe(plan);
        FormerNames = plan.FormerNames;
        var walk = new NetworkWalk(Network, plan, isFresh);
        Weights = [.. walk.Weights];
        Buffers = new NetworkBuffers(walk.Buffers, walk.TiedBuffers);
        foreach (var weight in Weights)
            weight.Fixed = PaddingIndices.Of(weight);

        // Before the arenas, whose hooks change what the layers put out.
        _biasGradients = new BiasGradients(Network);
        _lstmInference = new LstmInference(Network);
        var trainable = Weights.Where(weight => !weight.IsFrozen).ToList();
        Families = [.. trainable
            .Where(weight => weight.Family is not null)
            .GroupBy(weight => (weight.Family, weight.Options.Estimator, weight.Dtype, weight.Device.ToString()))
            .Select(group => group.Key.Family!.CreateArena([.. group]))];
        Deterministic = [.. trainable
            .Where(weight => weight.Family is null)
            .GroupBy(weight => (weight.Dtype, weight.Device.ToString()))
            .Select(group => new DeterministicArena([.. group]))];
        Keys = new WeightKeys(Weights, Families);
        BayesianWeights = [.. Weights
            .Where(weight => weight.Family is not null)
            .Select(weight => new BayesianWeight(weight.Key, weight.Family!.Name, weight.Shape, weight.Count))];
        BayesianCount = Weights.Where(weight => weight.Family is not null).Sum(weight => weight.FreeCount);
        TotalCount = Weights.Sum(weight => weight.FreeCount);
    }

    private void Release()
    {
        foreach (var arena in Families)
            arena.Dispose();
        foreach (var arena in Deterministic)
            arena.Dispose();
        _biasGradients?.Dispose();
        _biasGradients = null;
        _lstmInference?.Dispose();
        _lstmInference = null;
        Families = [];
        Deterministic = [];
    }
}
