using BayesGen.Data;
using BayesGen.Tests.Networks;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>A prediction is a function of the posterior, the inputs and the seed, and changes nothing.</summary>
public sealed class PredictionTests
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
            var weights = model.Arena.Families[0].Weights.ToDictionary(weight => weight.Key, weight => weight.SliceOf(flat));
            using var expected = functional.linear(x, weights["line.weight"], weights["line.bias"]);
            Assert.Equal(expected[1, 1].item<float>(), b[1], 1e-5);
        }
    }

    /// <summary>f(x) = w x with independent Gaussian weights is N(x mu, sum x^2 sigma^2): the whole prediction in closed form.</summary>
    [Fact]
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

    [Fact]
    public void PredictLeavesTheNoiseOfTheModelAlone()
    {
        using var scope = NewDisposeScope();
        using var x = ones(1, 2, dtype: ScalarType.Float32, device: CPU);
        float Next(bool predict)
        {
            random.manual_seed(8);
            using var model = new BayesianLine(new Line());
            if (predict)
                model.Predict(x, GaussianNoise.Fixed(1), samples: 3);
            using var draw = model.Draw();
            return model.call(x).item<float>();
        }

        Assert.Equal(Next(predict: false), Next(predict: true));
    }

    [Fact]
    public void ThresholdsPruneTheSamples()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(4, 2);
        using var model = StateFileTests.Trained(7);
        var thresholds = new Thresholds { [Family.LogUniform] = 3.9, [Family.Gaussian] = 0.5 };
        var prediction = model.Predict(
            data.Inputs, samples: 1, new PredictionOptions { Thresholds = thresholds, KeepOutputs = true, Seed = 3 });
        var distribution = model.Distribution(() => new MixedClassifier());
        Assert.NotEqual(0, distribution.Prune(thresholds).Pruned);
        using var network = distribution.Sample(DrawSeed.Of(3, 0));
        network.eval();
        var pruned = network.call(data.Inputs).to(ScalarType.Float64).data<double>().Chunk(10).ToList();
        Rounding.AssertSame(pruned, prediction.Outputs![0]);
        // And the thresholds move the outputs by far more than rounding does.
        var whole = model.Predict(data.Inputs, 1, new PredictionOptions { KeepOutputs = true, Seed = 3 }).Outputs![0];
        Assert.True(pruned.Zip(whole).Max(rows => rows.First.Zip(rows.Second).Max(pair => Math.Abs(pair.First - pair.Second))) > 0.01);
    }

    [Fact]
    public void AFunctionPredictsFromSeveralInputs()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(9);
        using var model = new BayesianComposed(new Composed());
        var x = randn(5, 7, dtype: ScalarType.Float32, device: CPU);
        var prediction = model.Predict(both => model.call(both[.., ..4], both[.., 4..]), x, samples: 3);
        Assert.Equal(5, prediction.Count);
        Assert.All(prediction.Probabilities, row => Assert.Equal(2, row.Length));
        using var predictor = model.CreatePredictor(
            () => new Composed(), (network, both) => network.call(both[.., ..4], both[.., 4..]), draws: 3);
        Rounding.AssertSame(prediction.Entropy, predictor.Predict(x).Entropy);
    }

    [Fact]
    public void RefusesWhatCannotBePredicted()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        var x = ones(3, 2, dtype: ScalarType.Float32, device: CPU);
        Assert.Contains("GaussianNoise.Fixed", Assert.Throws<InvalidOperationException>(() => model.Predict(x)).Message);
        Assert.Contains("[N, 2 D]", Assert.Throws<InvalidOperationException>(() => model.Predict(x, GaussianNoise.Learned)).Message);
        Assert.Contains("unsqueeze", Assert.Throws<ArgumentException>(() => model.Predict(x[..0])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Predict(x, GaussianNoise.Fixed(1), samples: 0));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => model.Predict(x, GaussianNoise.Fixed(1), 2, new PredictionOptions { BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianNoise.Fixed(0));
        Assert.Contains("first dimension is the example", Assert.Throws<InvalidOperationException>(
            () => model.Predict(batch => model.call(batch).sum(), x, GaussianNoise.Fixed(1))).Message);
        using (model.Draw())
            Assert.Contains("predict", Assert.Throws<InvalidOperationException>(() => model.Predict(x, GaussianNoise.Fixed(1))).Message);
        Assert.Contains("empty", Assert.Throws<ArgumentException>(
            () => model.EvaluatePredictions(new List<(Tensor, Tensor)>(), GaussianNoise.Fixed(1))).Message);
    }

    [Fact]
    public void PredictLeaksNoTensor()
    {
        using var data = SyntheticDigits.Create(20, 2);
        using var model = StateFileTests.Trained(10);
        var options = new PredictionOptions { BatchSize = 6, KeepOutputs = true };
        void Use()
        {
            model.Predict(data.Inputs, samples: 3, options);
            model.EvaluatePredictions(data, data, samples: 2, options);
            model.Predict(x => model.call(x), data.Inputs, GaussianNoise.Learned, samples: 2, options).CentralInterval();
        }

        Use();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++)
            Use();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void AnEvaluationMatchesThePredictionsMetrics()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(30, 2);
        using var letters = SyntheticDigits.Create(10, 5);
        using var model = StateFileTests.Trained(11);
        var targets = data.Targets.data<long>().Select(target => (int)target).ToArray();
        var prediction = model.Predict(data.Inputs, samples: 3);
        var expected = ClassEvaluation.Of(prediction, targets);
        var evaluation = model.EvaluatePredictions(data, letters, samples: 3, new PredictionOptions { BatchSize = 8 });
        // Rounding can turn an example whose two best classes are as good as equal.
        Assert.Equal(expected.Accuracy, evaluation.Accuracy, 1.5 / 30);
        Assert.Equal(expected.NegativeLogLikelihood, evaluation.NegativeLogLikelihood, 1e-6);
        Assert.Equal(expected.BrierScore, evaluation.BrierScore, 1e-6);
        Assert.Equal(expected.ExpectedCalibrationError, evaluation.ExpectedCalibrationError, 1e-6);
        Assert.Equal(30, evaluation.ReliabilityBins.Sum(bin => bin.Count));
        Assert.Equal(15, evaluation.ReliabilityBins.Count);
        Assert.Equal(10, evaluation.OutOfDistribution!.Prediction.Count);
        Assert.Equal(
            DetectionMetrics.Auroc(prediction.Entropy, model.Predict(letters.Inputs, samples: 3).Entropy),
            evaluation.OutOfDistribution.ByEntropy.Auroc, 1.5 / (30 * 10)); // One pair of as good as equal entropies.

        using var rows = new BayesianLine(new Line());
        var (x, y) = (randn(8, 2, dtype: ScalarType.Float32, device: CPU), randn(8, dtype: ScalarType.Float32, device: CPU));
        var judged = rows.EvaluatePredictions(
            new[] { (x[..3], y[..3]), (x[3..], y[3..]) }, GaussianNoise.Fixed(0.5), samples: 4, levels: [0.5]);
        double[][] truth = [.. y.data<float>().Select(value => new[] { (double)value })];
        var direct = RegressionEvaluation.Of(rows.Predict(x, GaussianNoise.Fixed(0.5), samples: 4), truth, [0.5]);
        Assert.Equal(direct.NegativeLogLikelihood, judged.NegativeLogLikelihood, 1e-5);
        Assert.Equal(direct.RootMeanSquaredError, judged.RootMeanSquaredError, 1e-5);
        Assert.Equal(direct.Intervals[0].MeanWidth, Assert.Single(judged.Intervals).MeanWidth, 1e-5);
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
