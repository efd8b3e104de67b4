using BayesGen.Parameters;
using BayesGen.Reporting;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>What early stopping has seen of one training.</summary>
/// <param name="options">When to stop.</param>
internal sealed class StoppingWatch(EarlyStopping options) : IDisposable
{
    private const string Prefix = "early_stopping.";
    private const string BestName = Prefix + "best";
    private const string BestEpochName = Prefix + "best_epoch";
    private const string WaitedName = Prefix + "waited";
    private const string StoppedName = Prefix + "stopped";
    internal const string StatePrefix = Prefix + "state.";

    private readonly Dictionary<string, Tensor> _state = [];

    /// <summary>The best number so far; NaN before there is one.</summary>
    public double Best { get; private set; } = double.NaN;

    /// <summary>The epoch that it belongs to, from 1; null before there is one.</summary>
    public int? BestEpoch { get; private set; }

    /// <summary>The epochs since then that counted.</summary>
    public int Waited { get; private set; }

    /// <summary>Whether the training ended by this.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Takes an epoch in.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="arena">The network after it.</param>
    /// <returns>Whether the training ends.</returns>
    public bool Take(EpochResult epoch, NetworkArena arena)
    {
        var score = options.Monitor.Of(epoch);
        var least = options.Monitor.HigherIsBetter ? Best + options.MinimalImprovement : Best - options.MinimalImprovement;
        if (options.Monitor.IsBetter(score, least))
        {
            (Best, BestEpoch, Waited) = (score, epoch.Epoch, 0);
            if (options.RestoreBest)
                Keep(arena);
            return false;
        }

        Waited++;
        return IsStopped = Waited >= options.Patience;
    }

    /// <summary>Gives the network what it was in the best epoch.</summary>
    public void Restore(NetworkArena arena)
    {
        if (_state.Count == 0)
            return;
        using var scope = NewDisposeScope();
        arena.ZeroGradients(setToNone: false);
        arena.LoadStateDict(_state);
    }

    /// <summary>Writes down what was seen. The tensors are live.</summary>
    public void Save(CheckpointContent content)
    {
        content.Put(BestName, Best);
        content.Put(BestEpochName, BestEpoch ?? 0);
        content.Put(WaitedName, Waited);
        content.Put(StoppedName, IsStopped ? 1 : 0);
        foreach (var (key, tensor) in _state)
            content.Tensors.Add(StatePrefix + key, tensor);
    }

    /// <summary>Continues from a checkpoint.</summary>
    /// <returns>Whether it says anything about early stopping.</returns>
    /// <exception cref="CheckpointMismatchException">The best network in it is another one.</exception>
    public bool Load(CheckpointContent content)
    {
        Forget();
        (Best, BestEpoch, Waited, IsStopped) = (double.NaN, null, 0, false);
        if (!content.Values.ContainsKey(BestName))
            return false;
        foreach (var (name, tensor) in content.Tensors.Where(entry => entry.Key.StartsWith(StatePrefix, StringComparison.Ordinal)))
        {
            var key = name[StatePrefix.Length..];
            if (!content.Network.TryGetValue(key, out var now) || !now.shape.AsSpan().SequenceEqual(tensor.shape))
                throw new CheckpointMismatchException([$"its best network has '{key}', which its network has not, or in another shape"]);
            _state.Add(key, Cloned(tensor));
        }

        if (_state.Count > 0 && _state.Count != content.Network.Count)
            throw new CheckpointMismatchException(["its best network lacks some of the weights"]);
        Best = content.Number(BestName);
        BestEpoch = content.Integer(BestEpochName) is var epoch and > 0 ? checked((int)epoch) : null;
        Waited = checked((int)content.Integer(WaitedName));
        IsStopped = content.Integer(StoppedName) != 0;
        return true;
    }

    public void Dispose() => Forget();

    private void Keep(NetworkArena arena)
    {
        using var _ = no_grad();
        Forget();
        foreach (var (key, tensor) in arena.LiveState())
            _state.Add(key, Cloned(tensor));
    }

    private void Forget()
    {
        foreach (var tensor in _state.Values)
            tensor.Dispose();
        _state.Clear();
    }

    private static Tensor Cloned(Tensor tensor)
    {
        using var plain = tensor.detach();
        return plain.clone().DetachFromDisposeScope();
    }
}
