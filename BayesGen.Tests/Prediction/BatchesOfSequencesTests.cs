using System.Text.Json;
using BayesGen.Baselines;
using BayesGen.Conformal;
using BayesGen.Data;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>Sequences of one batch have one length, and those of the next may have another.</summary>
public sealed class BatchesOfSequencesTests
{
    /// <summary>The length of the last batch was taken for that of all: rows of one example passed for several.</summary>
    [Fact]
    public void ClassesOfBatchesOfTwoLengthsBelongToTheirExamples()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = Network(outputs: 3);
        model.UseLikelihood(Likelihood.Categorical());
        List<(Tensor Inputs, Tensor Targets)> data = [(randn(8, 2, 10), randint(0, 3, [8, 10])), (randn(4, 2, 6), randint(0, 3, [4, 6]))];
        var evaluation = model.EvaluatePredictions(data);
        Assert.Equal((104, 1), (evaluation.Prediction.Count, evaluation.Prediction.Places));
        Assert.Equal([(0, 0), (7, 9), (8, 0), (11, 5)], [.. new[] { 0, 79, 80, 103 }.Select(Row)]);
        Assert.Equal((12, 8), (evaluation.OfPlace(0).Prediction.Count, evaluation.OfPlace(7).Prediction.Count));
        Assert.Equal(data[1].Targets[3, 5].item<long>(), evaluation.Targets[^1]);

        // An example counts by the part of its places, so that there are twelve.
        var sets = ConformalClasses.Calibrate(evaluation, new() { Coverage = 0.9 });
        Assert.Equal(12, Assert.Single(sets.Examples));
        var back = JsonSerializer.Deserialize<ClassPrediction>(JsonSerializer.Serialize(evaluation.Prediction))!;
        Assert.Equal(evaluation.Prediction.Rows, back.Rows);

        (int, int) Row(int row) => (evaluation.Prediction.Rows[row].Example, evaluation.Prediction.Rows[row].Place);
    }

    /// <summary>The targets of the longer batch were refused, or with two outputs cut in the wrong places.</summary>
    [Fact]
    public void NumbersOfBatchesOfTwoLengthsAreJudgedByTheirTargets()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using var model = Network(outputs: 2);
        model.UseLikelihood(Likelihood.Gaussian(0.5));
        List<(Tensor Inputs, Tensor Targets)> data = [(randn(8, 2, 10), randn(8, 2, 10)), (randn(4, 2, 5), randn(4, 2, 5))];
        var evaluation = model.EvaluateRegression(data);
        double[] squares = [.. data.SelectMany(batch =>
            model.call(batch.Inputs).sub(batch.Targets).pow(2).to(ScalarType.Float64).data<double>().ToArray())];
        Assert.Equal(Math.Sqrt(squares.Average()), evaluation.RootMeanSquaredError, 1e-5);
        Assert.Equal((12, 8), (evaluation.OfPlace(4).Prediction.Count, evaluation.OfPlace(9).Prediction.Count));
        Assert.Equal([12, 12], ConformalIntervals.Calibrate(evaluation, new() { Coverage = 0.9 }).Examples);
    }

    /// <summary>It asked for as many targets as there are places, and for targets where there are none.</summary>
    [Fact]
    public void NoiseOfSequencesWithGapsIsCalibrated()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var model = Network(outputs: 2);
        using var data = new TensorDataSet(randn(200, 2, 7), randn(200, 2, 7));
        var squares = model.call(data.Inputs).sub(data.Targets).pow(2);
        var isGap = rand(200, 2, 7).lt(0.2f);
        data.Targets.masked_fill_(isGap, float.NaN);
        Assert.Contains(
            "IgnoringNaN", Assert.Throws<ArgumentException>(() => model.CalibrateNoise(data, GaussianNoise.Fixed(1))).Message);

        model.UseLikelihood(Likelihood.Gaussian(1).IgnoringNaN());
        var noise = model.CalibrateNoise(data, GaussianNoise.Fixed(1));
        var known = isGap.logical_not().to(ScalarType.Float32);
        var expected = (squares * known).sum([0, 2]) / known.sum([0, 2]);
        var evaluation = model.EvaluatePredictions(data, noise);
        for (var output = 0; output < 2; output++)
            Assert.Equal(expected[output].item<float>(), evaluation.Prediction.Variance[0][output], 1e-4);
        Assert.True(evaluation.MissingTargets > 0);

        // Of one step alone too: it refused the gaps.
        var step = evaluation.OfPlace(2);
        var ofStep = known.select(2, 2);
        Assert.Equal(
            Math.Sqrt((squares.select(2, 2) * ofStep).sum().item<float>() / ofStep.sum().item<float>()), step.RootMeanSquaredError, 1e-5);
        Assert.True(step.MissingTargets > 0);
    }

    private static DeterministicModel<Sequential> Network(long outputs) =>
        new(Sequential(("conv", Conv1d(2, outputs, 3, padding: 1))));
}
