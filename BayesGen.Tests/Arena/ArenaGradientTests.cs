using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>The gradients through the arena, for every kind of layer, against central differences in float64.</summary>
public class ArenaGradientTests
{
    [Fact]
    public void GradientsOfRecurrentAttentionEmbeddingAndNormLayersMatchDifferences()
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var model = new BayesianReader(new Reader());
        model.to(ScalarType.Float64);
        var x = tensor(new long[] { 1, 2, 3, 4, 0, 6, 5, 5, 2 }, [3, 3]);
        var y = tensor(new long[] { 0, 2, 1 });
        var compared = GradientCheck.Run(model, new ElboLoss(), () => functional.cross_entropy(model.call(x), y), 1e-5);
        Assert.True(compared > 150, $"only {compared} coordinates");
    }

    [Fact]
    public void GradientsOfConvolutionsAndBilinearMatchDifferences()
    {
        random.manual_seed(2);
        using var scope = NewDisposeScope();
        using var model = new BayesianConvolver(new Convolver());
        model.to(ScalarType.Float64);
        var x = randn(4, 2, 8, dtype: ScalarType.Float64);
        var compared = GradientCheck.Run(model, new ElboLoss(), () => model.call(x).square().mean(), 1e-5);
        Assert.True(compared > 60, $"only {compared} coordinates");
    }

    [Theory]
    [InlineData("elbo")]
    [InlineData("gaussian")]
    [InlineData("renyi")]
    public void GradientsOfEveryLossOfTheGaussianFamilyMatchDifferences(string name)
    {
        random.manual_seed(3);
        using var scope = NewDisposeScope();
        VariationalLoss loss = name switch { "elbo" => new ElboLoss(), "gaussian" => new GaussianKLLoss(), _ => new RenyiLoss(0.5) };
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.to(ScalarType.Float64);
        var x = randn(6, 3, dtype: ScalarType.Float64);
        GradientCheck.Run(model, loss, () => (model.call(x) - 1).square().mean());
    }

    [Fact]
    public void PrunedWeightsHaveNoGradientFromTheFit()
    {
        random.manual_seed(4);
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.to(ScalarType.Float64);
        var report = model.Prune(3.5);
        Assert.InRange(report.Kept, 1, report.BayesianWeights - 1);
        var x = randn(6, 3, dtype: ScalarType.Float64);
        GradientCheck.Run(model, new ElboLoss(), () => (model.call(x) - 1).square().mean());
    }

    [Fact]
    public void GradientsOfTiedFrozenAndOwnParametersMatchDifferences()
    {
        random.manual_seed(5);
        using var scope = NewDisposeScope();
        using var model = new BayesianCorners(new Corners());
        Assert.Equal(["First.weight", "gain"], model.Arena.BayesianWeights.Select(weight => weight.Key).Order(StringComparer.Ordinal));
        Assert.Equal(16 + 4, model.Arena.BayesianCount);
        Assert.Equal(16 + 4 + 16, model.Arena.TotalCount);
        var x = randn(6, 4, dtype: ScalarType.Float64);
        GradientCheck.Run(model, new ElboLoss(), () => (model.call(x) - 1).square().mean());
    }

}
