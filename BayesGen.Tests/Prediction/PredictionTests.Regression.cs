using BayesGen.Data;
using BayesGen.Tests.Networks;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

public sealed partial class PredictionTests
{
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
            () => new Composed(), (network, both) => network.call(both[.., ..4], both[.., 4..]), samples: 3);
        Rounding.AssertSame(prediction.Entropy, predictor.Predict(x).Entropy);
    }

    [Fact]
    public void RefusesWhatCannotBePredicted()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        var x = ones(3, 2, dtype: ScalarType.Float32, device: CPU);
        Assert.Contains("Likelihood.Gaussian(sigma)", Assert.Throws<InvalidOperationException>(() => model.Predict(x)).Message);
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
}
