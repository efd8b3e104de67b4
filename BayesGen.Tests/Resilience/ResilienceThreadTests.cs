using System.Security.Cryptography;
using BayesGen.Data;

namespace BayesGen.Tests.Resilience;

/// <summary>Two trainings at once in one process, on threads of their own, are each what they are alone.</summary>
[Trait("Lane", "Slow")]
public sealed class ResilienceThreadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-survival").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TwoTrainingsAtOnceGiveTheSameBitsAsAlone()
    {
        var threads = get_num_threads();
        try
        {
            // So that the loops over flat arrays are shared between threads too.
            set_num_threads(2);
            using (var one = new Run(1, Path.Combine(_folder, "alone1")))
            using (var other = new Run(2, Path.Combine(_folder, "alone2")))
            {
                List<string> alone = [.. new[] { one, other }.Select(run => run.Train(null))];
                for (var round = 0; round < 3; round++)
                {
                    using var first = new Run(1, Path.Combine(_folder, $"first{round}"));
                    using var second = new Run(2, Path.Combine(_folder, $"second{round}"));
                    using var start = new Barrier(2);
                    Assert.Equal(alone, AtOnce(() => first.Train(start), () => second.Train(start)));
                }

                Assert.NotEqual(alone[0], alone[1]);
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static List<string> AtOnce(params IReadOnlyList<Func<string>> works)
    {
        var results = new string[works.Count];
        List<Thread> threads = [.. works.Select((work, i) => new Thread(() =>
        {
            try
            {
                results[i] = work();
            }
            catch (Exception exception)
            {
                results[i] = exception.ToString();
            }
        }))];
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return [.. results];
    }

    /// <summary>
    /// One training with all that belongs to it, made on the thread of the test: a new network draws from Torch's generator.
    /// </summary>
    private sealed class Run : IDisposable
    {
        private readonly TensorDataSet _data;
        private readonly BayesianWide _model;
        private readonly VariationalTrainer _trainer;

        public Run(int seed, string folder)
        {
            random.manual_seed(seed);
            _data = SyntheticDigits.Create(120, seed);
            _model = new BayesianWide(new Wide());
            _trainer = _model.CreateTrainer(new TrainerOptions
            {
                Epochs = 4, BatchSize = 16, Seed = seed, Samples = seed, Metrics = [Metric.Accuracy],
                Checkpoints = new CheckpointOptions { Folder = folder, EverySteps = 3 },
                Optimizer = (parameters, rate) => seed == 1 ? new FlatAdam(parameters, rate) : new FlatSgd(parameters, rate, momentum: 0.9),
            });
        }

        public string Train(Barrier? start)
        {
            start?.SignalAndWait();
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            var result = _trainer.Train(_data, _data);
            Assert.InRange(DisposeScopeManager.Statistics.ThreadTotalLiveCount - before, 0, 20);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var tensor in _model.state_dict().Values)
                hash.AppendData(tensor.detach().contiguous().bytes);
            return Convert.ToHexString(hash.GetHashAndReset()) + string.Join('|', result.Epochs.Select(ResilienceTraining.Text));
        }

        public void Dispose()
        {
            _trainer.Dispose();
            _model.Dispose();
            _data.Dispose();
        }
    }
}
