using static BayesGen.Tests.ReplicaTraining;

namespace BayesGen.Tests;

/// <summary>Training a family whose parameters belong to weights, units and layers.</summary>
public sealed class ExtentTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-extents").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ReplicasTakeTheDrawsOfOneNetwork()
    {
        using var scope = NewDisposeScope();
        var options = Options(samples: 4);
        var alone = Trained(options);
        var team = Trained(options with { Replicas = Replicas.Of(() => Scaled.Started(seed: 9), atOnce: 2) });
        AssertClose(alone, team);
        AssertSame(team, Trained(options with { Replicas = Replicas.Of(() => Scaled.Started(seed: 8), atOnce: 2) }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AResumedTrainingIsBitForBitThatWhichWasNotStopped(bool isByGraph)
    {
        using var scope = NewDisposeScope();
        var options = Options(samples: 2) with { Beta = 1 };
        var expected = Trained(options, isByGraph);
        var saving = options with { Checkpoints = new CheckpointOptions { Folder = _folder, EverySteps = 2 } };
        using (var source = new CancellationTokenSource())
        using (var model = Scaled.Started())
        {
            Prepare(model, isByGraph);
            using var trainer = model.CreateTrainer(saving with
            {
                Hooks = [(_, step) => { if (step.GlobalStep == 5) source.Cancel(); }],
            });
            Assert.Throws<OperationCanceledException>(() => trainer.Train(Batches(), cancellation: source.Token));
        }

        using var other = Scaled.Started(seed: 77);
        Prepare(other, isByGraph);
        using var second = other.CreateTrainer(saving);
        second.Resume(_folder);
        second.Train(Batches());
        AssertSame(expected, Copies(other));
    }

    [Fact]
    public void EachParameterHasTheRateOfItsFactor()
    {
        using var scope = NewDisposeScope();
        using var model = Scaled.Started();
        using var trainer = model.CreateTrainer(Options(samples: 1) with
        {
            Epochs = 1,
            Optimizer = (parameters, rate) => optim.SGD(parameters, rate),
            LearningRate = 1e-9,
            Beta = 0,
        });
        var flats = model.Arena.Families.Single().Flat;
        List<Tensor> before = [.. flats.Select(flat => flat.detach().clone())];
        trainer.Train(Batches().Take(1).ToList());
        double[] factors = [1, 1, 1, 3, 1, 1];
        foreach (var (index, flat) in flats.Index())
        {
            using var gradient = flat.grad!;
            var moved = (before[index] - flat.detach()).sum().item<double>();
            Assert.Equal(factors[index], moved / (1e-9 * gradient.sum().item<double>()), 1e-3);
        }
    }

    [Fact]
    public void IvonRefusesAFamilyThatIsNotGaussian()
    {
        using var scope = NewDisposeScope();
        using var model = Scaled.Started();
        var error = Assert.Throws<NotSupportedException>(() => OfAny(model));
        Assert.Contains("Scaled", error.Message);
        Assert.Contains("'words.weight'", error.Message);

        // The analyzer would refuse the wrapper at build.
        VariationalTrainer OfAny(IBayesianNetwork any) =>
            VariationalTrainer.WithIvon(any, model.call, new TrainerOptions { ExampleCount = 30 });
    }

    [Fact]
    public void AStepOfUnitsLeavesNoTensorBehind()
    {
        using var scope = NewDisposeScope();
        using var model = Scaled.Started();
        var sentences = Scaled.Sentences(6);
        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++)
            Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Step()
        {
            using var inner = NewDisposeScope();
            using var draw = model.Draw(3);
            draw.Backward(model.call(sentences).square().mean() + new ElboLoss().Divergence(draw) * 0.01);
        }
    }

    private static Dictionary<string, Tensor> Trained(TrainerOptions options, bool isByGraph = false)
    {
        using var model = Scaled.Started();
        Prepare(model, isByGraph);
        using var trainer = model.CreateTrainer(options);
        trainer.Train(Batches());
        return Copies(model);
    }

    private static void Prepare(BayesianScaled model, bool isByGraph)
    {
        if (isByGraph)
            model.Arena.Families.Single().DrawByGraph();
    }

    private static List<(Tensor Inputs, Tensor Targets)> Batches()
    {
        var noise = new NoiseSource(4);
        return [.. Enumerable.Range(0, 3).Select(seed =>
            (Scaled.Sentences(6, seed), noise.Normal(zeros([6, 2], dtype: ScalarType.Float64, device: CPU))))];
    }
}
