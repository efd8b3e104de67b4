namespace BayesGen.Tests;

/// <summary>What <c>model.Describe()</c> says is what the network holds.</summary>
public sealed class DescriptionTests
{
    /// <summary>Tied and frozen weights, a parameter of the network's own, float64.</summary>
    [Fact]
    public void DescribesTiedAndFrozenWeights()
    {
        using var model = new BayesianCorners(new Corners());
        var description = model.Describe();

        Assert.Equal(
            [
                "gain: Bayesian Gaussian [4] 4, 64 bytes, tied with ()",
                "First.weight: Bayesian Gaussian [4,4] 16, 256 bytes, tied with (tied.weight)",
                "frozen.weight: Frozen  [4,4] 16, 0 bytes, tied with ()",
            ],
            description.Weights.Select(weight =>
                $"{weight.Key}: {weight.Role} {weight.Family} [{string.Join(",", weight.Shape)}] {weight.Count}, {weight.PosteriorBytes} bytes, "
                + $"tied with ({string.Join(",", weight.TiedWith)})"));
        Assert.All(description.Weights, weight => Assert.Equal(ScalarType.Float64, weight.Dtype));
        Assert.Equal((20, 0, 16, 36, 320), (
            description.BayesianCount, description.DeterministicCount, description.FrozenCount, description.TotalCount,
            description.PosteriorBytes));
        Assert.Equal(model.Arena.BayesianCount, description.BayesianCount);
        Assert.Equal(model.Arena.TotalCount, description.TotalCount);
    }

    /// <summary>Layers whose weights the declaration does not tell: recurrent ones, attention, a whole encoder.</summary>
    [Fact]
    public void DescribesLayoutsKnownOnlyAtRunTime()
    {
        using var model = new BayesianReader(new Reader());
        var description = model.Describe();

        Assert.Equal(model.Network.named_parameters().Count(), description.Weights.Count);
        Assert.Equal(4 * 6 * 6, description.Weights.Single(weight => weight.Key == "lstm.weight_ih_l0").Count);
        Assert.Equal("LogUniform", description.Weights.Single(weight => weight.Key == "gru.weight_hh_l0").Family);
        Assert.Equal(WeightRole.Deterministic, description.Weights.Single(weight => weight.Key == "encoder.norm1.weight").Role);
        Assert.Contains(description.Layers, layer => layer is { Key: "lstm", Class: "LSTM", Estimator: Estimator.WeightSampling });
        Assert.Equal(
            model.parameters().Where(parameter => !model.Arena.Deterministic.Any(arena => ReferenceEquals(arena.Flat, parameter)))
                .Sum(parameter => parameter.numel() * parameter.ElementSize),
            description.PosteriorBytes);
    }

    [Fact]
    public void DescribesTheEstimatorAndTheCurrentPriorOfALayer()
    {
        using var model = new BayesianByOutputs(new ByOutputs());
        model.Prior.Line.Weight = new GaussianPrior(0.25);

        var layer = Assert.Single(model.Describe().Layers);
        Assert.Equal(("line", "Linear", Estimator.Local), (layer.Key, layer.Class, layer.Estimator));
        Assert.Equal([new GaussianPrior(0.25), new GaussianPrior(1)], layer.Priors);
    }

    [Fact]
    public void ToStringIsAReadableTable()
    {
        using var model = new BayesianCorners(new Corners());
        Assert.Equal(
            """
            weight         posterior  shape  count  bytes of posterior  tied with
            gain           Gaussian   4          4                  64
            First.weight   Gaussian   4x4       16                 256  tied.weight
            frozen.weight  frozen     4x4       16                   0

            layer          class    estimator       prior
            (the network)  Corners  WeightSampling  GaussianPrior { Mean = 0, Scale = 1, IsTrainable = False }
            First          Linear   WeightSampling  GaussianPrior { Mean = 0, Scale = 1, IsTrainable = False }
            frozen         Linear   none            none

            36 weights: 20 Bayesian, 0 deterministic, 16 frozen; 320 bytes of posterior
            """.ReplaceLineEndings("\n"),
            model.Describe().ToString());
    }
}
