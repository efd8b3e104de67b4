using BayesGen.Noise;
using BayesGen.Parameters;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>The networks that take the draws of a step: the model alone, or the model and replicas of it side by side.</summary>
internal sealed class DrawTeam : IDisposable
{
    private readonly IBayesianNetwork _model;
    private readonly List<DrawMember> _members = [];
    private readonly List<IBayesianNetwork> _replicas = [];
    private readonly List<ComputeThread> _threads = [];
    private readonly TrainerOptions _options;
    private long? _callsPerDraw;
    private bool _isNew = true;

    /// <param name="model">The model.</param>
    /// <param name="forward">Its forward.</param>
    /// <param name="steps">Carries the gradients of its draws on.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">A replica is another network, or the network is none that can be replicated.</exception>
    public DrawTeam(IBayesianNetwork model, Func<Tensor, Tensor> forward, ITrainingSteps steps, TrainerOptions options)
    {
        (_model, _options) = (model, options);
        var count = CountOf(options);
        AddMember(model.Arena, forward, steps.Backward, () => steps.Parameters, count);
        if (count == 1)
            return;
        try
        {
            model.Arena.RequireReplicable();
            while (_members.Count < count)
                AddReplica(options.Replicas!, count);
            for (var i = 0; i < count; i++)
                _threads.Add(new ComputeThread($"BayesGen draws {i + 1} of {count}", Math.Max(1, get_num_threads() / count)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The number of draws at once.</summary>
    public static int CountOf(TrainerOptions options) =>
        options.Replicas is { } replicas ? Math.Min(replicas.AtOnce ?? get_num_threads(), options.Samples) : 1;

    /// <summary>What was not trained may have changed: it is copied again before the next step.</summary>
    public void Refresh() => _isNew = true;

    /// <summary>Takes the draws of a step.</summary>
    /// <param name="inputs">The batch as the network gets it.</param>
    /// <param name="take">Takes those of one member.</param>
    /// <returns>Their sums; gradients are on the parameters of the model.</returns>
    public DrawSums Take(Tensor inputs, Func<DrawMember, DrawSums> take)
    {
        if (_threads.Count == 0)
            return take(_members[0]);
        var plan = PlanNoise(inputs);
        _model.Arena.ReadFrozen();
        var whole = _isNew;
        List<ComputeThread.Pending<DrawSums>> shares = [.. _members.Zip(_threads).Select(pair => pair.Second.Start(() =>
        {
            Prepare(pair.First, plan, whole);
            return take(pair.First);
        }))];
        try
        {
            // Nobody may continue while one of them still reads the model.
            foreach (var share in shares)
                share.Wait();
            _model.Arena.Noise.Reseed(
                plan.Seed, plan.Start + plan.CallsPerDraw * (_options.Antithetic ? _options.Samples / 2 : _options.Samples));
            var sums = DrawSums.Joined([.. shares.Select(share => share.Result())]);
            _isNew = false;
            return sums;
        }
        finally
        {
            foreach (var thread in _threads)
                thread.Release();
        }
    }

    public void Dispose()
    {
        foreach (var thread in _threads)
            thread.Dispose();
        foreach (var replica in _replicas)
            (replica as IDisposable)?.Dispose();
    }

    private void AddMember(
        NetworkArena arena, Func<Tensor, Tensor> forward, Action<WeightDraw, Tensor> backward, Func<IReadOnlyList<Parameter>> parameters,
        int count) =>
        _members.Add(new DrawMember(
            arena, forward, backward, parameters, [.. Enumerable.Range(0, _options.Samples).Where(k => k % count == _members.Count)],
            _options.Antithetic));

    private void AddReplica(Replicas replicas, int count)
    {
        var (model, forward) = replicas.Create();
        if (ReferenceEquals(model, _model) || _replicas.Contains(model))
            throw new ArgumentException("TrainerOptions.Replicas: the same network came twice; every replica is a new one.");
        _replicas.Add(model);
        if (_model.Arena.ReasonNotToLead(model.Arena) is { } reason)
            throw new ArgumentException($"TrainerOptions.Replicas makes another network than the one that is trained: {reason}.");

        // Asked for in every step: following a prior that is learned may make its parameter again.
        AddMember(
            model.Arena, forward, (draw, total) => draw.Backward(total),
            () => [.. model.Arena.OptimizedParameters().Select(entry => entry.Parameter)], count);
    }

    /// <summary>On the member's own thread: so it costs the time of one.</summary>
    private void Prepare(DrawMember member, NoisePlan plan, bool whole)
    {
        member.Follow(plan);
        if (ReferenceEquals(member.Arena, _model.Arena))
            return;
        member.Arena.ZeroGradients(setToNone: false);
        member.Arena.Follow(_model.Arena, whole);
    }

    private NoisePlan PlanNoise(Tensor inputs)
    {
        var noise = _model.Arena.Noise;
        _callsPerDraw ??= _threads[1].Start(() => Try(_members[1], inputs)).Result();
        return new NoisePlan(noise.Seed, noise.Calls, _callsPerDraw.Value);
    }

    /// <summary>One forward of a replica under a draw, which tells how often a draw asks for noise.</summary>
    private long Try(DrawMember member, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var random = TorchRandom.Read();
        foreach (var replica in _replicas)
            replica.train(_model.training);
        member.Arena.Noise.Reseed(0);
        using (member.Arena.DrawUnchecked())
            VariationalTrainer.Forward(member.Forward, inputs);
        if (!TorchRandom.Read().bytes.SequenceEqual(random.bytes))
        {
            TorchRandom.Write(random);
            throw new InvalidOperationException(
                "The forward of the network draws random numbers of its own, as dropout does, and side by side nobody could say which draw gets "
                + "which of them. Leave TrainerOptions.Replicas out, or the dropout: the weights are noisy already.");
        }

        return member.Arena.Noise.Calls;
    }
}
