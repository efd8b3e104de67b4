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

    /// <summary>Why the training ends, in words.</summary>
    public string Reason => $"the {options.Monitor.Name} did not get better for {options.Patience} epochs"
        + (BestEpoch is { } best
            ? $". Its best was {Best:G6}, in epoch {best}{(options.RestoreBest ? ", whose network is given back" : "")}."
            : " and never was a number.");

    /// <summary>What is to be told of a training that ended without a best epoch; null of others.</summary>
    /// <param name="isBetaUnderWay">Whether beta was still on its way in the last epoch.</param>
    public string? Notice(bool isBetaUnderWay) => BestEpoch is not null || IsStopped ? null
        : "Early stopping found no best epoch, and the network is that of the last one: " + (isBetaUnderWay
            ? "beta was on its way in every epoch, and such epochs do not count. Train for more epochs, or warm beta up in fewer."
            : $"the {options.Monitor.Name} never was a number.");

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
        Exchange(CheckpointFields.WriteTo(content));
        foreach (var (key, tensor) in _state)
            content.Tensors.Add(StatePrefix + key, tensor);
    }

    /// <summary>Continues from a checkpoint, or leaves everything as it was.</summary>
    /// <returns>Whether it says anything about early stopping.</returns>
    /// <exception cref="CheckpointMismatchException">The best network in it is another one.</exception>
    public bool Load(CheckpointContent content)
    {
        var best = content.Values.ContainsKey(BestName)
            ? content.Tensors.Where(entry => entry.Key.StartsWith(StatePrefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[StatePrefix.Length..], entry => entry.Value)
            : [];
        foreach (var (key, tensor) in best)
            if (!content.Network.TryGetValue(key, out var now) || !now.shape.AsSpan().SequenceEqual(tensor.shape))
                throw new CheckpointMismatchException([$"its best network has '{key}', which its network has not, or in another shape"]);
        if (best.Count > 0 && best.Count != content.Network.Count)
            throw new CheckpointMismatchException(["its best network lacks some of the weights"]);

        Forget();
        (Best, BestEpoch, Waited, IsStopped) = (double.NaN, null, 0, false);
        if (!content.Values.ContainsKey(BestName))
            return false;
        foreach (var (key, tensor) in best)
            _state.Add(key, Cloned(tensor));
        Exchange(CheckpointFields.ReadFrom(content));
        return true;
    }

    public void Dispose() => Forget();

    private void Exchange(CheckpointFields fields)
    {
        Best = fields.Number(BestName, Best);
        BestEpoch = fields.Count(Prefix + "best_epoch", BestEpoch ?? 0) is var epoch and > 0 ? epoch : null;
        Waited = fields.Count(Prefix + "waited", Waited);
        IsStopped = fields.Flag(Prefix + "stopped", IsStopped);
    }

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
