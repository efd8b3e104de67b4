using System.Collections.Concurrent;
using static BayesGen.Tests.ReplicaTraining;

namespace BayesGen.Tests;

/// <summary>Draws side by side are the draws that one network takes after another.</summary>
public sealed class ReplicaTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-replicas").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(2, 2, false)]
    [InlineData(5, 3, false)]
    [InlineData(4, 2, true)]
    [InlineData(6, 3, true)]
    public void ReplicasTrainTheSameUpToRounding(int samples, int atOnce, bool antithetic)
    {
        using var scope = NewDisposeScope();
        var options = Options(samples) with { Antithetic = antithetic };
        var (alone, stateAlone) = Train(options);
        var (team, stateTeam) = Train(options with { Replicas = Replicas.Of(Network, atOnce) });
        AssertClose(stateAlone, stateTeam);
        foreach (var (one, other) in alone.Epochs.Zip(team.Epochs))
        {
            Assert.Equal(one.Fit, other.Fit, 1e-10 * Math.Abs(one.Fit));
            Assert.Equal(one.Divergence, other.Divergence, 1e-10 * Math.Abs(one.Divergence));
            Assert.Equal(one.Total, other.Total, 1e-10 * Math.Abs(one.Total));
            Assert.Equal(one.Metrics["error"], other.Metrics["error"], 1e-10);
        }
    }

    /// <summary>
    /// Their gradients are kept in units of the largest log-weight that a network has seen, which are not the same units.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void LogWeightsOfAllReplicasGiveOneBound(int atOnce)
    {
        using var scope = NewDisposeScope();
        static BayesianGaussianRegressor Make()
        {
            var model = new BayesianGaussianRegressor(new GaussianRegressor());
            model.to(ScalarType.Float64);
            return model;
        }

        (double Bound, Dictionary<string, Tensor> State) Run(Replicas? replicas)
        {
            random.manual_seed(3);
            using var model = Make();
            // Few examples and a wide posterior: the log-weights are several units apart.
            using var trainer = model.CreateTrainer(new RenyiLoss(0.3), Options(5) with { ExampleCount = 40, Replicas = replicas });
            var result = trainer.Train(Batches(4, outputs: 1));
            return (result.Epochs[^1].Total, Copies(model));
        }

        var (bound, state) = Run(null);
        var (other, otherState) = Run(Replicas.Of(Make, atOnce));
        Assert.Equal(bound, other, 1e-10 * Math.Abs(bound));
        AssertClose(state, otherState);
    }

    [Fact]
    public void ReplicasTrainBitForBitTheSameAgainAndAfterAResume()
    {
        using var scope = NewDisposeScope();
        var options = Options(4) with { Replicas = Replicas.Of(Network, atOnce: 2) };
        var (_, state) = Train(options);
        var (_, again) = Train(options);
        AssertSame(state, again);

        var saving = options with { Checkpoints = new CheckpointOptions { Folder = _folder, EverySteps = 3 } };
        using (var source = new CancellationTokenSource())
        using (var model = Started())
        using (var trainer = model.CreateTrainer(saving with
        {
            Hooks = [(_, step) => { if (step.GlobalStep == 7) source.Cancel(); }],
        }))
            Assert.Throws<OperationCanceledException>(() => trainer.Train(Batches(5), cancellation: source.Token));

        random.manual_seed(99);
        using var other = Network();
        using var second = other.CreateTrainer(saving);
        Assert.Equal(2, second.Resume(_folder).Step);
        second.Train(Batches(5));
        AssertSame(state, Copies(other));
    }

    [Fact]
    public void ReplicasFollowTheChangesOfAHook()
    {
        using var scope = NewDisposeScope();
        var options = Options(4) with
        {
            Hooks =
            [
                (trainer, step) =>
                {
                    var model = (BayesianReplicated)trainer.Model;
                    if (step.GlobalStep == 3)
                        model.Prune(new() { [Family.LogUniform] = 1, [Family.Gaussian] = 0, [Family.SparseDropout] = 0 });
                    if (step.GlobalStep == 5)
                        model.Prior.Output.Weight = new GaussianPrior(0, 0.1);
                },
            ],
        };
        var (_, alone) = Train(options);
        var (_, team) = Train(options with { Replicas = Replicas.Of(Network, atOnce: 2) });
        AssertClose(alone, team);
        Assert.Contains(
            alone.Where(entry => entry.Key.EndsWith(".mask", StringComparison.Ordinal)), entry => !entry.Value.all().item<bool>());
    }

    [Fact]
    public void EachReplicaHasAThreadAndAShareOfTorchsThreads()
    {
        using var scope = NewDisposeScope();
        var before = get_num_threads();
        try
        {
            set_num_threads(4);
            var seen = new ConcurrentDictionary<int, (int Threads, ConcurrentQueue<long> Live)>();
            using var model = Started();
            using (var trainer = model.CreateTrainer(Options(4) with
            {
                Replicas = Replicas.Of(Network, atOnce: 2),
                FitLoss = new FitLoss("watched", (output, targets) =>
                {
                    var (_, live) = seen.GetOrAdd(Environment.CurrentManagedThreadId, _ => (get_num_threads(), []));
                    live.Enqueue(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
                    return (output - targets).square().mean();
                }),
            }))
            {
                var batches = Batches(5);
                trainer.Train(batches);
                Assert.Equal(4, get_num_threads());
                Assert.Equal(2, seen.Count);
                Assert.DoesNotContain(Environment.CurrentManagedThreadId, seen.Keys);
                var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
                trainer.Train(batches);
                Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            }

            foreach (var (threads, live) in seen.Values)
            {
                Assert.Equal(2, threads);
                // Two draws a step; at the first one of each step the thread holds what it held at that of the second step.
                long[] first = [.. live.Where((_, i) => i % 2 == 0)];
                Assert.Equal(2 * 3 * 5, first.Length);
                Assert.Single(first.Skip(1).Distinct());
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void NamesABatchThatDoesNotFitAndLosesNothing()
    {
        using var scope = NewDisposeScope();
        using var model = Started();
        using var trainer = model.CreateTrainer(Options(2) with { Replicas = Replicas.Of(Network, atOnce: 2) });
        trainer.Train(Batches(2));
        var state = Copies(model);
        var wrong = (zeros([6, 7], dtype: ScalarType.Float64, device: CPU), zeros([6, 2], dtype: ScalarType.Float64, device: CPU));
        var error = Assert.Throws<InvalidOperationException>(() => trainer.Train([wrong]));
        Assert.Contains("[6, 7]", error.Message);
        AssertSame(state, Copies(model));
        trainer.Train(Batches(2));
    }

    [Fact]
    public void ANonFiniteLossOfOneReplicaSkipsTheStep()
    {
        using var scope = NewDisposeScope();
        using var model = Started();
        using var trainer = model.CreateTrainer(Options(2) with
        {
            Epochs = 1,
            Replicas = Replicas.Of(Network, atOnce: 2),
            NonFinite = NonFinitePolicy.Skip(),
        });
        var batches = Batches(4);
        batches[2].Inputs.fill_(double.NaN);
        Assert.Equal(1, trainer.Train(batches).Epochs[0].SkippedSteps);
        Assert.All(model.Arena.StateTensors(), entry => Assert.True(entry.Value.isfinite().all().item<bool>(), entry.Key));
    }
}
