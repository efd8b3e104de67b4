namespace BayesGen.Tests;

/// <summary>What a step computes does not depend on how it is organized: when numbers are read, how draws share a divergence.</summary>
public class SteppingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ReadingLossesLateChangesNoNumber(int samples)
    {
        using var scope = NewDisposeScope();
        var (now, stateNow) = Train(late: false, samples);
        var (late, stateLate) = Train(late: true, samples);
        foreach (var (one, other) in now.Epochs.Zip(late.Epochs))
        {
            Assert.Equal(one.Fit, other.Fit);
            Assert.Equal(one.Divergence, other.Divergence);
            Assert.Equal(one.Total, other.Total);
            Assert.Equal(one.Beta, other.Beta);
            Assert.Equal(one.Metrics, other.Metrics);
        }

        foreach (var (key, tensor) in stateNow)
            Assert.True(TensorBits.Same(tensor, stateLate[key]), key);
    }

    [Fact]
    public void HooksStepReportsPlateausAndPoliciesReadLossesAtOnce()
    {
        using var scope = NewDisposeScope();
        var told = new List<int>();
        foreach (var options in new[]
        {
            new TrainerOptions { Hooks = [(_, step) => told.Add(step.Step)] },
            new TrainerOptions { Report = new Steps(told) },
        })
        {
            told.Clear();
            using var model = new BayesianGaussianRegressor(new GaussianRegressor());
            using var trainer = model.CreateTrainer(options with { Epochs = 1, FitLoss = FitLoss.SquaredError });
            trainer.ReadsLateEverywhere = true;
            var seen = new List<int>();
            trainer.Train(Watched(Batches(4), () => seen.Add(told.Count)));
            // When batch k is asked for, the k steps before it were told.
            Assert.Equal([0, 1, 2, 3], seen);
        }

        using var watched = new BayesianGaussianRegressor(new GaussianRegressor());
        using var plateau = watched.CreateTrainer(new TrainerOptions
        {
            Epochs = 2,
            FitLoss = FitLoss.SquaredError,
            Beta = new PlateauBeta(1, factor: 0.5, patience: 1, threshold: 1),
        });
        plateau.ReadsLateEverywhere = true;
        Assert.True(plateau.Train(Batches(4)).Epochs[^1].Beta < 0.1);
    }

    [Fact]
    public void ANonFiniteLossFoundLateLeavesFiniteWeights()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, FitLoss = FitLoss.SquaredError });
        trainer.ReadsLateEverywhere = true;
        var batches = Batches(6);
        batches[2].Inputs.fill_(double.NaN);
        var error = Assert.Throws<NonFiniteLossException>(() => trainer.Train(batches));
        Assert.Equal(3, error.Step);
        Assert.Contains("after step 6", error.Message);
        Assert.All(model.Arena.StateTensors(), entry => Assert.True(entry.Value.isfinite().all().item<bool>(), entry.Key));
        model.Draw().Dispose();
    }

    /// <summary>Where a loss is linear in the weights, the odd part of the noise is all there is, and pairs cancel it exactly.</summary>
    [Fact]
    public void AntitheticSamplesCancelOddTermsOfTheNoise()
    {
        using var scope = NewDisposeScope();
        Tensor LogSigmaAfter(bool antithetic)
        {
            random.manual_seed(1);
            using var weights = new BayesianLinearSum(new LinearSum());
            using var trainer = weights.CreateTrainer(new TrainerOptions
            {
                Epochs = 1,
                Samples = 4,
                Antithetic = antithetic,
                Beta = 0,
                ExampleCount = 5,
                FitLoss = new FitLoss("sum", (output, _) => output.mean()),
                Optimizer = (parameters, _) => new FlatSgd(parameters, 0.1),
            });
            trainer.Train([(ones([5, 3], dtype: ScalarType.Float32, device: CPU), zeros([5], dtype: ScalarType.Float32, device: CPU))]);
            return weights.Posterior.Layer.Weight.LogSigma.detach().clone();
        }

        Assert.All(LogSigmaAfter(antithetic: true).data<float>().ToArray(), value => Assert.Equal(-5, value, 1e-6));
        Assert.Contains(LogSigmaAfter(antithetic: false).data<float>().ToArray(), value => Math.Abs(value + 5) > 1e-5);
    }

    [Fact]
    public void AntitheticSamplesComeInPairs()
    {
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var error = Assert.Throws<ArgumentException>(() => model.CreateTrainer(new TrainerOptions { Samples = 3, Antithetic = true }));
        Assert.Contains("even", error.Message);
    }

    /// <summary>A divergence that is computed once for all draws, against the graph that computes it for each.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public void ADivergenceSharedBySamplesMatchesThatOfEach(int samples, bool isPruned)
    {
        using var scope = NewDisposeScope();
        var kernel = State(samples, isPruned, byGraph: false);
        var graph = State(samples, isPruned, byGraph: true);
        foreach (var (key, tensor) in kernel)
            Assert.True(allclose(tensor, graph[key], rtol: 1e-10, atol: 1e-12), key);

        static Dictionary<string, Tensor> State(int samples, bool isPruned, bool byGraph)
        {
            random.manual_seed(2);
            using var model = new BayesianLogUniformRegressor(new LogUniformRegressor());
            model.to(ScalarType.Float64);
            if (isPruned)
            {
                using (no_grad())
                    model.Posterior.Hidden.Weight.LogAlpha.copy_(randn_like(model.Posterior.Hidden.Weight.LogAlpha));
                Assert.InRange(model.Prune(0.0).Pruned, 1, 14);
            }

            if (byGraph)
                foreach (var family in model.Arena.Families)
                    family.DrawByGraph();
            using var trainer = model.CreateTrainer(new TrainerOptions
            {
                Epochs = 3,
                Samples = samples,
                Beta = 1,
                FitLoss = FitLoss.SquaredError,
                Optimizer = (parameters, _) => new FlatSgd(parameters, 1e-3),
            });
            trainer.Train(Batches(4, ScalarType.Float64));
            return Copies(model);
        }
    }

    private static (TrainingResult Result, Dictionary<string, Tensor> State) Train(bool late, int samples)
    {
        random.manual_seed(1);
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 2,
            Samples = samples,
            FitLoss = FitLoss.SquaredError,
            Metrics = [new Metric("error", (output, target) => (output - target).abs().squeeze(1))],
        });
        trainer.ReadsLateEverywhere = late;
        // More than one reading's worth, and a rest.
        return (trainer.Train(Batches(120)), Copies(model));
    }

    private static Dictionary<string, Tensor> Copies(IBayesianNetwork model) =>
        model.Arena.StateTensors().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());

    private static List<(Tensor Inputs, Tensor Targets)> Batches(int count, ScalarType dtype = ScalarType.Float32)
    {
        var noise = new NoiseSource(4);
        var (x, y) = (zeros([6, 3], dtype: dtype, device: CPU), zeros([6, 1], dtype: dtype, device: CPU));
        return [.. Enumerable.Range(0, count).Select(_ => (noise.Normal(x), noise.Normal(y)))];
    }

    private static Data.BatchSource Watched(List<(Tensor Inputs, Tensor Targets)> batches, Action asked)
    {
        IEnumerable<(Tensor, Tensor)> Walk()
        {
            foreach (var batch in batches)
            {
                asked();
                yield return batch;
            }
        }

        return Data.BatchSource.From(Walk(), exampleCount: 24);
    }

    private sealed class Steps(List<int> told) : IReport
    {
        public void OnStep(StepResult step) => told.Add(step.Step);
    }
}

/// <summary>Linear in its weights.</summary>
public sealed class LinearSum : nn.Module<Tensor, Tensor>
{
    [Bayesian(Family.Gaussian)] private readonly TorchSharp.Modules.Linear layer = nn.Linear(3, 1);

    public LinearSum() : base(nameof(LinearSum)) => RegisterComponents();

    public override Tensor forward(Tensor x) => layer.call(x);
}
