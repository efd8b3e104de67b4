namespace BayesGen;

/// <summary>How the arenas come to be, and how they follow the network to another device or dtype.</summary>
public sealed partial class NetworkArena
{
    /// <summary>Moves or converts the network and takes posterior, masks and priors along.</summary>
    /// <param name="move">Moves the plain network.</param>
    /// <remarks>Make the optimizer after moving: its parameters are new tensors, as in PyTorch after a dtype change.</remarks>
    public void Move(Action move)
    {
        ArgumentNullException.ThrowIfNull(move);
        RequireNoDraw("move the network");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var carried = new Dictionary<string, (Tensor[] Parameters, Tensor Mask, Prior Prior)>();
        foreach (var (key, (arena, weight)) in _byKey)
            carried.Add(key, (
                [.. arena.WindowOf(weight).Parameters.Select(parameter => parameter.clone())],
                arena.MaskWindowOf(weight).clone(),
                arena.PriorOf(weight)));

        // Moved before anything is given up: where the move is refused, for want of a CUDA device say, the arenas still stand.
        move();
        Release();
        Build();
        foreach (var (key, (parameters, mask, prior)) in carried)
        {
            var (arena, weight) = Find(key);
            foreach (var (target, source) in arena.WindowOf(weight).Parameters.Zip(parameters))
                target.copy_(source);
            arena.MaskWindowOf(weight).copy_(mask);
            arena.SetPrior(weight, prior);
        }

        AdoptState();
    }

    private void Build()
    {
        var plan = new NetworkPlan();
        _describe(plan);
        _formerKeys = plan.FormerKeys;
        var walk = new NetworkWalk(_network, plan);
        _weights = walk.Weights;
        _buffers = walk.Buffers;

        // Before the arenas, whose hooks change what the layers put out.
        _biasGradients = new BiasGradients(_network);
        var trainable = _weights.Where(weight => !weight.IsFrozen).ToList();
        _families = [.. trainable
            .Where(weight => weight.Family is not null)
            .GroupBy(weight => (weight.Family, weight.Options.Estimator, weight.Dtype, weight.Device.ToString()))
            .Select(group => group.Key.Family!.CreateArena([.. group]))];
        _deterministic = [.. trainable
            .Where(weight => weight.Family is null)
            .GroupBy(weight => (weight.Dtype, weight.Device.ToString()))
            .Select(group => new DeterministicArena([.. group]))];
        _byKey = _families
            .SelectMany(arena => arena.Weights.Select(weight => (arena, weight)))
            .ToDictionary(pair => pair.weight.Key, pair => (pair.arena, pair.weight));
        BayesianWeights = [.. _weights
            .Where(weight => weight.Family is not null)
            .Select(weight => new BayesianWeight(weight.Key, weight.Family!.Name, weight.Shape, weight.Count))];
        BayesianCount = BayesianWeights.Sum(weight => weight.Count);
        TotalCount = _weights.Sum(weight => weight.Count);
    }

    private void Release()
    {
        foreach (var arena in _families)
            arena.Dispose();
        foreach (var arena in _deterministic)
            arena.Dispose();
        _biasGradients?.Dispose();
        _families = [];
        _deterministic = [];
    }
}
