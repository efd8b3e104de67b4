using BayesGen.Data;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>An evaluation reads everything and writes nothing.</summary>
public class EvaluationTests
{
    [Fact]
    public void EvaluationLeavesEveryBit()
    {
        random.manual_seed(2);
        using var data = SyntheticDigits.Create(60, 1);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, BatchSize = 32, Metrics = [Metric.Accuracy] });
        trainer.Train(data);
        model.train();
        using var scope = NewDisposeScope();
        List<Tensor> before = [.. All(model).Select(tensor => tensor.detach().clone())];
        trainer.Evaluate(data, new() { [Family.LogUniform] = 4.0, [Family.Gaussian] = 1.0 });
        trainer.EvaluateThresholds(data, new Thresholds { [Family.Gaussian] = 0 }, new Thresholds { [Family.Gaussian] = 2 });
        Assert.True(model.training);
        var after = All(model).ToList();
        Assert.Equal(before.Count, after.Count);
        for (var i = 0; i < before.Count; i++)
            Assert.True(TensorBits.Same(before[i], after[i]), $"tensor {i} changed");

        static IEnumerable<Tensor> All(BayesianMixedClassifier model) =>
            model.state_dict().Values.Concat(model.Network.state_dict().Values)
                .Concat(model.Arena.Families.Select(arena => arena.Store.Gradients));
    }

    [Fact]
    public void EvaluationRestoresTheWeightsAfterAnException()
    {
        random.manual_seed(3);
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        model.eval();
        var before = model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        using var trainer = model.CreateTrainer(new TrainerOptions());
        var error = Assert.Throws<InvalidOperationException>(
            () => trainer.Evaluate(new[] { (zeros(2, 5), zeros(2, dtype: ScalarType.Int64)) }, new() { [Family.Gaussian] = 3 }));
        Assert.Contains("[2, 5]", error.Message);
        foreach (var (key, value) in model.Network.state_dict())
            Assert.True(TensorBits.Same(before[key], value), key);
        using var draw = model.Draw();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    public void EvaluationDoesNotDependOnTheBatchSplit(int batch)
    {
        random.manual_seed(4);
        using var data = SyntheticDigits.Create(50, 2);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        var label = new Metric("label", (_, targets) => targets.to(ScalarType.Float64));
        EvaluationResult Run(int size)
        {
            using var trainer = model.CreateTrainer(
                new TrainerOptions { BatchSize = size, Metrics = [Metric.Accuracy, label], ElboSamples = 2 });
            return trainer.Evaluate(data, new() { [Family.Gaussian] = 0.5 });
        }

        var (whole, split) = (Run(50), Run(batch));
        // The labels come from no arithmetic: not one example is lost or counted twice.
        Assert.Equal(whole.Metrics["label"] * 50, split.Metrics["label"] * 50, 9);
        // Rounding can turn an example whose two best classes are as good as equal.
        Assert.Equal(whole.Accuracy, split.Accuracy, 1.5 / 50);
        Assert.Equal(1, split.Fit / whole.Fit, 1e-5);
        Assert.Equal(1, split.Elbo / whole.Elbo, 1e-5);
        Assert.Equal(whole.Divergence, split.Divergence);
        Assert.Equal(50, split.Examples);
    }

    [Fact]
    public void EvaluationRestoresModes()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        var modules = model.Network.named_modules().ToDictionary(entry => entry.name, entry => entry.module);
        var seen = new List<bool>();
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            FitLoss = new FitLoss("watching", (output, target) =>
            {
                seen.AddRange(modules.Values.Select(module => module.training));
                return functional.cross_entropy(output, target);
            }),
        });
        foreach (var whole in (bool[])[true, false])
        {
            foreach (var part in (bool[])[true, false])
            {
                model.train(whole);
                // A batch normalization in a mode of its own, as one does to freeze its statistics.
                modules["norm"].train(part);
                var before = modules.ToDictionary(entry => entry.Key, entry => entry.Value.training);
                seen.Clear();
                trainer.Evaluate(new[] { (randn(4, 1, 28, 28), zeros(4, dtype: ScalarType.Int64)) });
                Assert.Equal(2 * modules.Count, seen.Count);
                Assert.DoesNotContain(true, seen);
                Assert.Equal(whole, model.training);
                Assert.Equal(before, modules.ToDictionary(entry => entry.Key, entry => entry.Value.training));
            }
        }
    }

    /// <summary>Fit and divergence apart, counts over Bayesian and over all weights, and the bound made of them.</summary>
    [Fact]
    public void AnEvaluationEqualsTheSumOfItsParts()
    {
        random.manual_seed(12);
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.to(ScalarType.Float64);
        var (x, y) = (randn(20, 3, dtype: ScalarType.Float64), randn(20, 1, dtype: ScalarType.Float64));
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            FitLoss = FitLoss.SquaredError, Beta = 0.25, ExampleCount = 500, BatchSize = 6, ElboSamples = 4000,
        });
        using (no_grad())
            model.Arena.Families.Single().Flat[1].fill_(-0.7);
        var result = trainer.Evaluate(new[] { (x, y) });
        Assert.Equal((model.call(x) - y).square().mean().item<double>(), result.Fit, 12);
        var divergence = model.Arena.Families.Single().Posterior is GaussianPosterior posterior
            ? posterior.KlTo(new GaussianPrior())!.sum().item<double>()
            : double.NaN;
        Assert.Equal(divergence, result.Divergence, 9);
        Assert.Equal(result.Fit + 0.25 * divergence / 500, result.Total, 12);
        Assert.Equal((26, 26, 26), (result.Pruning.BayesianWeights, result.Pruning.AllWeights, result.Pruning.Kept));

        // The expected fit from draws of another kind.
        var fits = new List<double>();
        for (var seed = 0; seed < 4000; seed++)
        {
            using var step = NewDisposeScope();
            using var withoutGradients = no_grad();
            using var draw = model.Draw(seed);
            fits.Add((model.call(x) - y).square().mean().item<double>());
        }

        var error = 5 * Math.Sqrt(2 * fits.Sum(fit => Math.Pow(fit - fits.Average(), 2)) / fits.Count / fits.Count);
        Assert.Equal(-(fits.Average() + divergence / 500), result.Elbo, error);
        Assert.True(fits.Average() - result.Fit > 2 * error, "the fit at the mean could be taken for that of the draws");
    }

    [Fact]
    public void EvaluationAtAThresholdMatchesThePrunedNetwork()
    {
        random.manual_seed(13);
        using var data = SyntheticDigits.Create(40, 5);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        using var trainer = model.CreateTrainer(new TrainerOptions { Metrics = [Metric.Accuracy] });
        var thresholds = new Thresholds { [Family.Gaussian] = 0.5 };
        var tried = trainer.Evaluate(data, thresholds);
        model.Prune(thresholds);
        var pruned = trainer.Evaluate(data);
        Assert.InRange(pruned.Pruning.Pruned, 1, pruned.Pruning.BayesianWeights - 1);
        Assert.Equal(16 * 10 + 10 + 4 * 9 + 4, pruned.Pruning.BayesianWeights);
        Assert.Equal(4 * 2 + 196 * 16 + 16 + pruned.Pruning.BayesianWeights, pruned.Pruning.AllWeights);
        Assert.Equal(pruned.Pruning.Weights, tried.Pruning.Weights);
        Assert.Equal(
            (pruned.Fit, pruned.Divergence, pruned.Total, pruned.Elbo, pruned.Accuracy),
            (tried.Fit, tried.Divergence, tried.Total, tried.Elbo, tried.Accuracy));
    }
}
