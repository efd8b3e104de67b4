using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>Sets and intervals for a model and for the predictor that is made of it.</summary>
public sealed class ConformalModelTests
{
    [Fact]
    public void APredictorGivesTheSetsOfItsModel()
    {
        using var scope = NewDisposeScope();
        using var calibration = SyntheticDigits.Create(40, 2);
        using var others = SyntheticDigits.Create(20, 3);
        using var model = StateFileTests.Trained(7);
        var evaluation = model.EvaluatePredictions(calibration, samples: 3, options: new() { BatchSize = 7 });
        var conformal = ConformalClasses.Calibrate(evaluation, new() { Coverage = 0.8 });
        // 33 = ceil(41 * 0.8) of the 40 scores are at most the threshold.
        Assert.InRange(conformal.Evaluate(evaluation).Coverage, 33 / 40.0, 1);
        using var predictor = model.CreatePredictor(() => new MixedClassifier(), samples: 3);
        var ofPredictor = predictor.Predict(others.Inputs);
        Assert.Equal(conformal.Sets(model.Predict(others.Inputs, samples: 3)).Sets, conformal.Sets(ofPredictor).Sets);
        Assert.Equal(
            model.EvaluatePredictions(others, samples: 3).Accuracy, ClassEvaluation.Of(ofPredictor, others).Accuracy);
    }

    [Fact]
    public void AnEvaluationCarriesTheTargetsOfItsBatchesInOrder()
    {
        using var scope = NewDisposeScope();
        using var digits = SyntheticDigits.Create(20, 4);
        using var classifier = StateFileTests.Trained(7);
        Assert.Equal(
            digits.Targets.data<long>().ToArray().Select(target => (int)target),
            classifier.EvaluatePredictions(digits, samples: 1, options: new() { BatchSize = 6 }).Targets);

        using var line = new BayesianLine(new Line());
        float[] targets = [.. Enumerable.Range(0, 10).Select(i => i / 4f)];
        using var rows = new TensorDataSet(
            ones(10, 2, dtype: ScalarType.Float32, device: CPU), tensor(targets, [10, 1], dtype: ScalarType.Float32, device: CPU));
        var evaluation = line.EvaluatePredictions(rows, GaussianNoise.Fixed(1), samples: 2, options: new() { BatchSize = 4 });
        Assert.Equal(targets.Select(target => (double)target), evaluation.Targets.Select(row => Assert.Single(row)));
        var report = ConformalIntervals.Calibrate(evaluation, new() { Coverage = 0.8 }).Evaluate(evaluation);
        Assert.InRange(report.Coverage, 0.9, 1);
    }
}
