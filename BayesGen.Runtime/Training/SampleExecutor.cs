using BayesGen.Noise;
using BayesGen.Parameters;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>The networks that take the samples of a step: the model alone, or the model and replicas of it side by side.</summary>
internal sealed class SampleExecutor : IGradientGatherer
{
    private readonly IBayesianNetwork _model;
    private readonly List<SampleWorker> _workers = [];
    private readonly List<IBayesianNetwork> _replicas = [];
    private readonly List<ComputeThread> _threads = [];
    private readonly TrainerOptions _options;
    private long? _callsPerSample;
    private bool _isNew = true;

    /// <param name="setup">What is trained.</param>
    /// <param name="steps">Carries the gradients of the model's samples on.</param>
    /// <exception cref="ArgumentException">A replica is another network, or the network is none that can be replicated.</exception>
    public SampleExecutor(TrainingSetup setup, ITrainingSteps steps)
    {
        (_model, _options) = (setup.Model, setup.Options);
        var count = setup.SamplesAtOnce;
        AddWorker(_model.Arena, setup.Network.Forward, steps.Backward, () => steps.Parameters, count);
        if (count == 1)
            return;
        try
        {
            ReplicaSync.RequireReplicable(_model.Arena);
            while (_workers.Count < count)
                AddReplica(_options.Replicas!, count);
            for (var i = 0; i < count; i++)
                _threads.Add(new ComputeThread($"BayesGen samples {i + 1} of {count}", Math.Max(1, get_num_threads() / count)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Refresh() => _isNew = true;

    /// <inheritdoc/>
    public StepSums Gather(StepWork work) => work.Finish(_threads.Count == 0 ? work.Take(_workers[0]) : SideBySide(work));

    /// <summary>One process knows everything by itself.</summary>
    /// <inheritdoc/>
    public bool IsAnywhere(bool isHere) => isHere;

    public void Dispose()
    {
        foreach (var thread in _threads)
            thread.Dispose();
        foreach (var replica in _replicas)
            (replica as IDisposable)?.Dispose();
    }

    private SampleAccumulator SideBySide(StepWork work)
    {
        var plan = PlanNoise(work.Inputs);
        _model.Arena.Freezing.Read();
        var whole = _isNew;
        List<ComputeThread.Pending<SampleAccumulator>> shares = [.. _workers.Zip(_threads).Select(pair => pair.Second.Start(() =>
        {
            Prepare(pair.First, plan, whole);
            return work.Take(pair.First);
        }))];
        try
        {
            // Nobody may continue while one of them still reads the model.
            foreach (var share in shares)
                share.Wait();
            _model.Arena.Noise.Reseed(
                plan.Seed, plan.Start + plan.CallsPerSample * (_options.Antithetic ? _options.Samples / 2 : _options.Samples));
            var all = SampleAccumulator.Joined([.. shares.Select(share => share.Result())]);
            _isNew = false;
            return all;
        }
        finally
        {
            foreach (var thread in _threads)
                thread.Release();
        }
    }

    private void AddWorker(
        NetworkArena arena, Func<Tensor, Tensor> forward, Action<WeightDraw, Tensor> backward, Func<IReadOnlyList<Parameter>> parameters,
        int count) =>
        _workers.Add(new SampleWorker(
            arena, forward, backward, parameters, [.. Enumerable.Range(0, _options.Samples).Where(k => k % count == _workers.Count)],
            _options.Antithetic));

    private void AddReplica(Replicas replicas, int count)
    {
        var (model, forward) = replicas.Create();
        if (ReferenceEquals(model, _model) || _replicas.Contains(model))
            throw new ArgumentException("TrainerOptions.Replicas: the same network came twice; every replica is a new one.");
        _replicas.Add(model);
        if (ReplicaSync.MismatchWith(_model.Arena, model.Arena) is { } reason)
            throw new ArgumentException($"TrainerOptions.Replicas makes another network than the one that is trained: {reason}.");

        // Asked for in every step: following a prior that is learned may make its parameter again.
        AddWorker(
            model.Arena, forward, (draw, total) => draw.Backward(total),
            () => [.. OptimizedParameter.Of(model.Arena.Inventory).Select(entry => entry.Parameter)], count);
    }

    /// <summary>On the worker's own thread: so it costs the time of one.</summary>
    private void Prepare(SampleWorker worker, NoisePlan plan, bool whole)
    {
        worker.Plan = plan;
        if (ReferenceEquals(worker.Arena, _model.Arena))
            return;
        worker.Arena.ZeroGradients(setToNone: false);
        ReplicaSync.CopyFrom(_model.Arena, worker.Arena, whole);
    }

    private NoisePlan PlanNoise(Tensor inputs)
    {
        var noise = _model.Arena.Noise;
        _callsPerSample ??= _threads[1].Start(() => Try(_workers[1], inputs)).Result();
        return new NoisePlan(noise.Seed, noise.Calls, _callsPerSample.Value);
    }

    /// <summary>One forward of a replica under a sample, which tells how often a sample asks for noise.</summary>
    private long Try(SampleWorker worker, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var random = TorchRandom.Read();
        foreach (var replica in _replicas)
            replica.train(_model.training);
        worker.Arena.Noise.Reseed(0);
        using (worker.Arena.Lease.DrawUnchecked())
            BatchForward.Output(worker.Forward, inputs);
        if (!TorchRandom.Read().bytes.SequenceEqual(random.bytes))
        {
            TorchRandom.Write(random);
            throw new InvalidOperationException(
                "The forward of the network draws random numbers of its own, as dropout does, and side by side nobody could say which sample "
                + "gets which of them. Leave TrainerOptions.Replicas out, or the dropout: the weights are noisy already.");
        }

        return worker.Arena.Noise.Calls;
    }
}
