using BayesGen.Data;
using BayesGen.Tests.Networks;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>A prediction is a function of the posterior, the inputs and the seed, and changes nothing.</summary>
public sealed partial class PredictionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(49)]
    public void PredictionsDoNotDependOnTheBatchSplit(int batch)
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(50, 2);
        using var model = StateFileTests.Trained(1);
        var whole = model.Predict(data.Inputs, samples: 4, new PredictionOptions { BatchSize = 50, KeepOutputs = true });
        var split = model.Predict(data.Inputs, samples: 4, new PredictionOptions { BatchSize = batch, KeepOutputs = true });
        Same(whole.Probabilities, split.Probabilities);
        Same([.. whole.Entropy, .. whole.MutualInformation], [.. split.Entropy, .. split.MutualInformation], 1e-5);
        for (var k = 0; k < 4; k++)
            Same(whole.Outputs![k], split.Outputs![k]);
    }

    [Fact]
    public void RegressionsAndLocalLayersDoNotDependOnTheBatchSplit()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        using var model = new BayesianLocalConvolver(new LocalConvolver());
        using var x = randn(9, 2, 8, dtype: ScalarType.Float32, device: CPU);
        var whole = model.Predict(x, GaussianNoise.Fixed(0.3), samples: 5);
        var split = model.Predict(x, GaussianNoise.Fixed(0.3), samples: 5, new PredictionOptions { BatchSize = 2 });
        Assert.Equal(9, split.Count);
        Same(whole.Mean, split.Mean);
        Same(whole.EpistemicVariance, split.EpistemicVariance);
        Same(whole.Quantile(0.9), split.Quantile(0.9));
        Assert.All(whole.EpistemicVariance, row => Assert.All(row, variance => Assert.True(variance > 0)));
    }

    [Fact]
    public void MoreSamplesExtendTheSameSequence()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(6, 2);
        using var model = StateFileTests.Trained(2);
        var few = model.Predict(data.Inputs, samples: 3, new PredictionOptions { KeepOutputs = true, Seed = 5 });
        var many = model.Predict(data.Inputs, samples: 7, new PredictionOptions { KeepOutputs = true, Seed = 5 });
        var others = model.Predict(data.Inputs, samples: 3, new PredictionOptions { KeepOutputs = true, Seed = 6 });
        Assert.Equal(7, many.Outputs!.Count);
        for (var k = 0; k < 3; k++)
            Assert.Equal(few.Outputs![k], many.Outputs[k]);

        // Every draw is another one, of one seed as of two.
        var first = many.Outputs.Concat(others.Outputs!).Select(draw => draw[0][0]).ToList();
        Assert.Equal(first.Count, first.Distinct().Count());
    }

    [Fact]
    public void EntropySplitsIntoEpistemicAndAleatoricParts()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(20, 2);
        using var model = StateFileTests.Trained(3);
        var prediction = model.Predict(data.Inputs, samples: 6, new PredictionOptions { KeepOutputs = true });
        for (var i = 0; i < 20; i++)
        {
            var draws = prediction.Outputs!.Select(draw => Softmax(draw[i])).ToList();
            var mean = Enumerable.Range(0, 10).Select(c => draws.Average(p => p[c])).ToArray();
            Same(mean, prediction.Probabilities[i], 1e-12);
            Assert.Equal(1, prediction.Probabilities[i].Sum(), 1e-12);
            Assert.Equal(Entropy(mean), prediction.Entropy[i], 1e-12);
            Assert.Equal(draws.Average(Entropy), prediction.ExpectedEntropy[i], 1e-12);
            Assert.Equal(prediction.Entropy[i], prediction.ExpectedEntropy[i] + prediction.MutualInformation[i], 1e-12);
            Assert.InRange(prediction.MutualInformation[i], 0, Math.Log(10));
            Assert.Equal(Array.IndexOf(mean, mean.Max()), prediction.Classes[i]);
            Assert.Equal(mean.Max(), prediction.Confidence[i], 1e-12);
        }

        static double[] Softmax(double[] logits)
        {
            var powers = logits.Select(logit => Math.Exp(logit - logits.Max())).ToArray();
            return [.. powers.Select(power => power / powers.Sum())];
        }

        static double Entropy(double[] p) => -p.Sum(value => value * Math.Log(value));
    }

    /// <summary>By weights: one draw is one function, so an affine layer stays affine over the examples of the batch.</summary>
    [Fact]
    public void LocalFamiliesAreSampledByTheirWeights()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        using var model = new BayesianByOutputs(new ByOutputs());
        var x = randn(2, 3, dtype: ScalarType.Float32, device: CPU);
        var corners = cat([x, x.sum(0, keepdim: true), zeros(1, 3, dtype: ScalarType.Float32, device: CPU)]);
        var prediction = model.Predict(corners, samples: 5, new PredictionOptions { KeepOutputs = true, BatchSize = 1, Seed = 9 });
        for (var k = 0; k < 5; k++)
        {
            var (a, b, both, none) = (
                prediction.Outputs![k][0], prediction.Outputs[k][1], prediction.Outputs[k][2], prediction.Outputs[k][3]);
            for (var c = 0; c < 2; c++)
                Assert.Equal(a[c] + b[c] - none[c], both[c], 1e-5);

            // And the function is that of the posterior's own sample.
            var flat = model.Arena.Families[0].Posterior.Sample(new NoiseSource(DrawSeed.Of(9, k)));
            var weights = model.Arena.Families[0].Weights.ToDictionary(weight => weight.Key, weight => weight.Place.SliceOf(flat));
            using var expected = functional.linear(x, weights["line.weight"], weights["line.bias"]);
            Assert.Equal(expected[1, 1].item<float>(), b[1], 1e-5);
        }
    }

    /// <summary>f(x) = w x with independent Gaussian weights is N(x mu, sum x^2 sigma^2): the whole prediction in closed form.</summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void ALinearModelMatchesItsClosedForm()
    {
        const int Draws = 20_000;
        const double Noise = 0.4;
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        model.to(ScalarType.Float64);
        using (no_grad())
        {
            model.Posterior.Line.Weight.Mu.copy_(tensor(new[] { 0.7, -1.2 }, [1, 2], ScalarType.Float64, CPU));
            model.Posterior.Line.Weight.LogSigma.copy_(tensor(new[] { Math.Log(0.5), Math.Log(0.2) }, [1, 2], ScalarType.Float64, CPU));
        }

        var x = tensor(new[] { 1.0, 0.5, -2, 3 }, [2, 2], ScalarType.Float64, CPU);
        var prediction = model.Predict(x, GaussianNoise.Fixed(Noise), Draws);
        (double Mean, double Variance)[] truth = [(0.1, 0.26), (-5, 1.36)];
        for (var i = 0; i < 2; i++)
        {
            var (mean, variance) = truth[i];
            Assert.Equal(mean, prediction.Mean[i][0], 5 * Math.Sqrt(variance / Draws));
            // The standard error of a variance from n normal numbers is about its value times sqrt(2 / n).
            Assert.Equal(variance, prediction.EpistemicVariance[i][0], 5 * variance * Math.Sqrt(2.0 / Draws));
            Assert.Equal(Noise * Noise, prediction.AleatoricVariance[i][0], 1e-12);
            Assert.Equal(prediction.EpistemicVariance[i][0] + Noise * Noise, prediction.Variance[i][0], 1e-12);

            // f + noise is Gaussian again, so the mixture's quantiles are those of N(mean, variance + noise^2); their standard error is
            // sqrt(p (1 - p) / n) over the density, here below 3.
            var total = Math.Sqrt(variance + Noise * Noise);
            var (_, lower, upper) = prediction.CentralInterval(0.9);
            Assert.Equal(mean - 1.6448536269514722 * total, lower[i][0], 5 * 3 * total * Math.Sqrt(0.05 * 0.95 / Draws));
            Assert.Equal(mean + 1.6448536269514722 * total, upper[i][0], 5 * 3 * total * Math.Sqrt(0.05 * 0.95 / Draws));
        }
    }

    [Fact]
    public void PredictLeavesEveryBitAndModeAlone()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(12, 2);
        using var model = StateFileTests.Trained(6);
        model.train();
        var frozen = model.Network.modules().OfType<TorchSharp.Modules.BatchNorm2d>().Single();
        frozen.train(false);
        var before = All(model).Select(tensor => tensor.detach().clone()).ToList();
        var stop = new CancellationTokenSource();
        var calls = 0;

        model.Predict(data.Inputs, samples: 3, new PredictionOptions { Thresholds = new() { [Family.Gaussian] = 1 } });
        Unchanged("a prediction");
        model.EvaluatePredictions(data, samples: 2);
        Unchanged("an evaluation");
        Assert.Throws<ArgumentException>(() => model.Predict(zeros(2, 5, dtype: ScalarType.Float32, device: CPU), samples: 2));
        Unchanged("a wrong shape");
        Assert.Throws<OperationCanceledException>(() => model.Predict(
            x =>
            {
                if (++calls == 3)
                    stop.Cancel();
                return model.call(x);
            },
            data.Inputs, samples: 10, null, stop.Token));
        Assert.Equal(3, calls);
        Unchanged("a cancellation");

        void Unchanged(string what)
        {
            Assert.True(model.training && !frozen.training, $"{what} changed the mode");
            var after = All(model).ToList();
            Assert.Equal(before.Count, after.Count);
            for (var i = 0; i < before.Count; i++)
                Assert.True(TensorBits.Same(before[i], after[i]), $"{what} changed tensor {i}");
        }

        static IEnumerable<Tensor> All(BayesianMixedClassifier model) =>
            model.state_dict().Values.Concat(model.Network.state_dict().Values)
                .Concat(model.Arena.Families.Select(arena => arena.Store.Gradients));
    }

    private static void Same(IReadOnlyList<double[]> one, IReadOnlyList<double[]> other)
    {
        Assert.Equal(one.Count, other.Count);
        for (var i = 0; i < one.Count; i++)
            Same(one[i], other[i], 1e-5);
    }

    private static void Same(double[] one, double[] other, double tolerance)
    {
        Assert.Equal(one.Length, other.Length);
        for (var i = 0; i < one.Length; i++)
            Assert.Equal(one[i], other[i], tolerance);
    }
}
