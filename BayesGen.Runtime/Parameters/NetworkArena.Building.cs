using System.Runtime.ExceptionServices;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>How the arenas come to be, and how they follow the network to another device or dtype.</summary>
public sealed partial class NetworkArena
{
    /// <summary>Moves or converts the network and takes posterior, masks and priors along.</summary>
    /// <param name="move">Moves the plain network.</param>
    /// <remarks>Make the optimizer after moving: its parameters are new tensors, as in PyTorch after a dtype change.</remarks>
    public void Move(Action move)
    {
        ArgumentNullException.ThrowIfNull(move);
        Enter();
        RequireNoDraw("move the network");
        ReadFrozen();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var carried = new Dictionary<string, (Tensor[] Parameters, Tensor Mask, Prior Prior)>();
        foreach (var (key, (arena, weight)) in _byKey)
            carried.Add(key, (
                [.. arena.WindowOf(weight).Parameters.Select(parameter => parameter.clone())],
                arena.MaskWindowOf(weight).clone(),
                arena.PriorOf(weight)));

        var held = _weights.Where(weight => weight.IsHeld).Select(weight => weight.Key).ToHashSet();
        List<bool[]> on = [.. _families.Select(arena => arena.Flat.Select(flat => flat.requires_grad).ToArray())];
        List<bool> deterministicOn = [.. _deterministic.Select(arena => arena.Flat.requires_grad)];
        var places = new NetworkPlaces(_network, _weights);
        var plain = _weights.Where(weight => !_byKey.ContainsKey(weight.Key))
            .Select(weight => (weight.Key, Tensor: (Tensor)weight.Parameter))
            .Concat(_buffers.Select(buffer => (buffer.Key, Tensor: buffer.Buffer)))
            .ToDictionary(entry => entry.Key, entry => entry.Tensor.clone());
        _keptByHand?.Dispose();
        _keptByHand = null;
        WrappedNetworks.Remove(this);
        Exception? failure = null;
        try
        {
            // Moved before anything is given up: where the move is refused, for want of a CUDA device say, the arenas still stand.
            move();
        }
        catch (Exception exception) when (places.HaveMoved())
        {
            // Half of the network is elsewhere.
            failure = exception;
            places.MoveBack();
        }
        catch
        {
            WrappedNetworks.Add(this);
            throw;
        }

        Thaw();
        Release();
        Build(isFresh: false);
        WrappedNetworks.Add(this);
        if (failure is not null)
            PutBack(plain);
        foreach (var (key, (parameters, mask, prior)) in carried)
        {
            var (arena, weight) = Find(key);
            foreach (var (target, source) in arena.WindowOf(weight).Parameters.Zip(parameters))
                target.copy_(source);
            arena.MaskWindowOf(weight).copy_(mask);
            arena.SetPrior(weight, prior);
        }

        foreach (var weight in _weights.Where(weight => held.Contains(weight.Key)))
            foreach (var owner in weight.Owners)
                owner.requires_grad = false;
        foreach (var (arena, flags) in _families.Zip(on))
            foreach (var (flat, flag) in arena.Flat.Zip(flags))
                flat.requires_grad = flag;
        foreach (var (arena, flag) in _deterministic.Zip(deterministicOn))
            arena.Flat.requires_grad = flag;
        AdoptState();
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);

        // Rebuilt, a weight that is only held would be taken for one without a posterior.
        void Thaw()
        {
            foreach (var (module, name, parameter) in NetworkPlaces.ParametersOf(_network))
                if (held.Contains(places.KeyOf(module, name) ?? ""))
                    parameter.requires_grad = true;
        }
    }

    /// <summary>Numbers may have been rounded on their way to another dtype and back.</summary>
    private void PutBack(Dictionary<string, Tensor> plain)
    {
        foreach (var weight in _weights.Where(weight => plain.ContainsKey(weight.Key)))
            weight.Parameter.copy_(plain[weight.Key]);
        foreach (var (key, buffer) in _buffers)
            buffer.copy_(plain[key]);
    }

    /// <param name="isFresh">Whether the posteriors start here: one that is carried over has its start behind it.</param>
    private void Build(bool isFresh = true)
    {
        var plan = new NetworkPlan();
        _describe(plan);
        _formerKeys = plan.FormerKeys;
        var walk = new NetworkWalk(_network, plan, isFresh);
        _weights = walk.Weights;
        _buffers = walk.Buffers;
        _tiedBuffers = walk.TiedBuffers;
        foreach (var weight in _weights)
            weight.Fixed = PaddingRows.Of(weight);

        // Before the arenas, whose hooks change what the layers put out.
        _biasGradients = new BiasGradients(_network);
        _lstmInference = new LstmInference(_network);
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
        BayesianCount = _weights.Where(weight => weight.Family is not null).Sum(weight => weight.FreeCount);
        TotalCount = _weights.Sum(weight => weight.FreeCount);
    }

    private void Release()
    {
        foreach (var arena in _families)
            arena.Dispose();
        foreach (var arena in _deterministic)
            arena.Dispose();
        _biasGradients?.Dispose();
        _biasGradients = null;
        _lstmInference?.Dispose();
        _lstmInference = null;
        _hasFrozen = false;
        _families = [];
        _deterministic = [];
    }
}
