using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>What the weights hold in an evaluation: TrainerOptions.EvaluateAt, on a family whose MAP is not its mean.</summary>
public class EvaluateAtTests
{
    [Theory]
    [InlineData(WeightState.Mean)]
    [InlineData(WeightState.Map)]
    public void EvaluationAndValidationUseEvaluateAt(WeightState state)
    {
        random.manual_seed(21);
        using var scope = NewDisposeScope();
        using var model = new BayesianSkewedNetwork(new SkewedNetwork());
        model.eval();
        var data = new[] { (randn(20, 3, dtype: ScalarType.Float32, device: CPU), randn(20, 1, dtype: ScalarType.Float32, device: CPU)) };
        double Fit() => functional.mse_loss(model.call(data[0].Item1), data[0].Item2).item<float>();

        var atMean = Fit();
        model.UseMap();
        var atMap = Fit();
        model.UseMean();
        Assert.True(Math.Abs(atMap - atMean) > 0.01 * atMean, "the two points could be taken for one another");
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 1, LearningRate = 1e-12, FitLoss = FitLoss.SquaredError, EvaluateAt = state, ExampleCount = 20,
        });
        var expected = state == WeightState.Map ? atMap : atMean;
        foreach (var result in (EvaluationResult[])[trainer.Evaluate(data), trainer.Train(data, data).Epochs[0].Validation!])
        {
            Assert.Equal(state, result.State);
            Assert.Equal(expected, result.Fit, 1e-4 * expected);
        }

        // The model itself holds what it held.
        model.eval();
        Assert.Equal(atMean, Fit(), 1e-4 * atMean);
    }

    [Fact]
    public void EvaluatesAtTheMeanByDefault() => Assert.Equal(WeightState.Mean, new TrainerOptions().EvaluateAt);
}
