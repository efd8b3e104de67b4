using BayesGen.Tests.Networks;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Arena;

/// <summary>Annotations count by what a network holds when it runs, not by how its fields are declared.</summary>
public sealed class RunTimeCompositionTests
{
    private static readonly string[] AnnotatedInResidual =
    [
        "stem.fc.weight", "body.first.fc.weight", "body.second.fc.weight", "stages.0.fc.weight", "stages.1.0.fc.weight", "part.fc.weight",
    ];

    [Fact]
    public void BlocksInASequentialAListAndLooseFieldsKeepTheirAnnotations()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianResidual(new Residual());

        Assert.Equal(AnnotatedInResidual.Order(), model.Arena.BayesianWeights.Select(weight => weight.Key).Order());
        Assert.All(model.Arena.BayesianWeights, weight => Assert.Equal("Gaussian", weight.Family));
        Assert.Contains("plain.fc.weight", DeterministicIn(model));
        Assert.Contains("still.fc.weight", DeterministicIn(model));
        Assert.Contains("stem.skip.weight", DeterministicIn(model));
    }

    [Fact]
    public void ANetworkComposedAtRunTimeTrainsMovesSavesAndLoads()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianResidual(new Residual());
        var before = model.Arena.Posterior<GaussianPosterior>("body.first.fc.weight").Mu.clone();
        var inputs = randn(8, 4);
        var targets = zeros(8, ScalarType.Int64);
        using (var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, ExampleCount = 8, FitLoss = FitLoss.CrossEntropy }))
            trainer.Train(new[] { (inputs, targets) });
        Assert.False(before.equal(model.Arena.Posterior<GaussianPosterior>("body.first.fc.weight").Mu).all().item<bool>());

        using var other = new BayesianResidual(new Residual());
        other.load_state_dict(model.state_dict());
        Assert.All(model.state_dict(), entry => Assert.True(TensorBits.Same(entry.Value, other.state_dict()[entry.Key]), entry.Key));

        var keys = model.state_dict().Keys.ToList();
        model.to(ScalarType.Float64);
        Assert.Equal(keys, model.state_dict().Keys);
    }

    [Fact]
    public void RefusesALossThatCannotScoreALayerKnownOnlyAtRunTime()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianResidual(new Residual());
        var error = Assert.ThrowsAny<Exception>(() =>
            model.CreateTrainer(new LogUniformKLLoss(), new TrainerOptions { FitLoss = FitLoss.CrossEntropy }).Dispose());
        Assert.Contains("Gaussian", error.Message);
    }

    [Fact]
    public void NamesAnAnnotatedNetworkThatIsNeverRegistered()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(
            "'late' is annotated", Assert.Throws<InvalidOperationException>(() => new BayesianForgetful(new Forgetful())).Message);
    }

    [Fact]
    public void TheAnnotationOfAClassReachesLayersHoweverTheyWereRegistered()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianEveryWay(new EveryWay());

        Assert.Equal(
            [
                "annotated.fc.weight: Gaussian", "held.weight: LogUniform", "left.weight: LogUniform", "looped0.weight: LogUniform",
                "looped1.weight: LogUniform", "open.weight: LogUniform", "other.weight: Gaussian", "part.fc.weight: LogUniform",
                "stack.fc.weight: LogUniform",
            ],
            model.Arena.BayesianWeights.Select(weight => $"{weight.Key}: {weight.Family}").Order(StringComparer.Ordinal));
        Assert.Equal(
            ["annotated.skip.weight", "gain", "norm.bias", "norm.weight", "stack.norm.bias", "stack.norm.weight", "still.weight"],
            DeterministicIn(model).Order(StringComparer.Ordinal));
        Assert.Equal([2, 4], model.call(randn(2, 4)).shape);
    }

    [Fact]
    public void DerivedClassesInheritTheAnnotationOfAClass()
    {
        using var scope = NewDisposeScope();
        using var taller = new BayesianTallerStack(new TallerStack());
        using var wider = new BayesianAnnotatedStack(new WiderStack());

        Assert.Equal(["fc.weight", "top.weight"], taller.Arena.BayesianWeights.Select(weight => weight.Key).Order());
        Assert.Equal(["fc.weight", "side.weight"], wider.Arena.BayesianWeights.Select(weight => weight.Key).Order());
        Assert.Equal(-3, taller.Posterior.Top.Weight.LogSigma.mean().item<float>(), 4);
    }

    [Fact]
    public void RefusesAWrapperWithoutABayesianWeight()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new BayesianOnlyDropout(new OnlyDropout()));
        Assert.Contains("OnlyDropout has no weight that gets a posterior", error.Message);
    }

    [Fact]
    public void LayersMadeInTheConstructorHaveTypedNames()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianBuilt(new Built(5, hasBias: false));
        model.Prior.Head.Weight = new GaussianPrior(0.25);

        Assert.Equal(new GaussianPrior(0.25), model.Prior.Head["weight"]);
        Assert.Equal([5], model.Posterior.Hidden.Bias.Shape);
        Assert.Contains("'head.bias'", Assert.Throws<KeyNotFoundException>(() => model.Posterior.Head.Bias).Message);
    }

    private static IEnumerable<string> DeterministicIn(IBayesianNetwork model) => model.Describe().Weights
        .Where(weight => weight.Role == WeightRole.Deterministic).Select(weight => weight.Key);
}
