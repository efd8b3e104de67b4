using BayesGen.Tests.Networks;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>Wrappers that the generator wrote for the networks of this project, at work.</summary>
public sealed class GeneratedWrapperTests
{
    [Fact]
    public void AFreshWrapperAnswersLikeTheNetwork()
    {
        using var scope = NewDisposeScope();
        var network = new Classifier();
        var x = randn(2, 1, 28, 28);
        network.eval();
        var expected = network.call(x);

        using var model = new BayesianClassifier(network);
        model.eval();

        Assert.True(model.call(x).allclose(expected, 1e-4, 1e-5));
    }

    [Fact]
    public void StateKeysMatchTheStateDict()
    {
        using var model = new BayesianClassifier(new Classifier());
        var constants = typeof(BayesianClassifier.StateKeys).GetFields().Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(model.state_dict().Keys.Order(), constants.Order());
    }

    [Fact]
    public void PropertiesParametersAndClassAnnotationsReachTheArena()
    {
        using var model = new BayesianMlp(new Mlp(4, 2));

        Assert.Equal(
            ["Gain: Gaussian", "Hidden.bias: LogUniform", "Hidden.weight: LogUniform", "Output.bias: Gaussian", "Output.weight: Gaussian"],
            model.Arena.BayesianWeights.Select(weight => $"{weight.Key}: {weight.Family}").Order());
        Assert.Equal([8], model.Posterior.Gain.Shape);
        Assert.Equal(new GaussianPrior(0.5), model.Prior.Output["weight"]);
        Assert.Equal([8, 4], model.Posterior.Hidden["weight"].Shape);
    }

    [Fact]
    public void NetworksInNetworksBaseClassesAndHiddenTypesReachTheArena()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianComposed(new Composed());

        Assert.Equal(
            [
                "encoder.fc.weight: Gaussian", "head.weight: LogUniform", "more.0.fc.weight: Gaussian", "more.1.fc.weight: Gaussian",
                "shift.by: LogUniform",
            ],
            model.Arena.BayesianWeights.Select(weight => $"{weight.Key}: {weight.Family}").Order());
        Assert.Equal([3, 4], model.Posterior.Encoder.Fc.Weight.Shape);
        Assert.Equal([3, 4], model.Posterior.More(1).Fc.Weight.Shape);
        Assert.Equal([2, 3], model.Posterior.Head.Weight.Shape);
        Assert.Equal([5, 2], model.call(randn(5, 4), ones(5, 3)).shape);
    }

    [Fact]
    public void AnUnannotatedDerivedClassFitsTheWrapperOfItsBaseClass()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianAncestor(new Heir());

        Assert.Equal([5, 1], model.call(randn(5, 3)).shape);
        Assert.Equal(
            ["extra.bias: Deterministic", "extra.weight: Deterministic", "fc.bias: Bayesian", "fc.weight: Bayesian"],
            model.Describe().Weights.Select(weight => $"{weight.Key}: {weight.Role}").Order());
        Assert.Null(typeof(Heir).Assembly.GetType("BayesGen.Tests.Networks.BayesianHeir"));
    }

    [Fact]
    public void SaveLoadMoveAndDisposeWorkByTorchSharpsOwnMembers()
    {
        using var scope = NewDisposeScope();
        var path = Path.GetTempFileName();
        using var model = new BayesianMlp(new Mlp(4, 2));
        using (no_grad())
            model.Posterior.Hidden["weight"].Mu.fill_(3);
        model.save(path);

        var other = new BayesianMlp(new Mlp(4, 2));
        other.load(path);
        File.Delete(path);
        Assert.Equal(3, other.Posterior.Hidden["weight"].Mu.mean().item<float>());

        var before = other.parameters().First();
        other.to(CPU).to(ScalarType.Float32);
        Assert.Same(before, other.parameters().First()); // An optimizer made before continues.

        other.to(ScalarType.Float64);
        other.eval();
        Assert.False(other.Network.training);
        Assert.Equal(ScalarType.Float64, other.call(randn(2, 4, dtype: ScalarType.Float64)).dtype);
        Assert.Equal(ScalarType.Float64, other.Posterior.Hidden["weight"].Mu.dtype);

        other.Dispose();
        other.Dispose();
        Assert.Empty(other.parameters());
    }

    [Fact]
    public void RefusesAWrapperWithoutANetwork() =>
        Assert.Contains("BayesianMlp wraps a Mlp", Assert.Throws<ArgumentNullException>(() => new BayesianMlp(null!)).Message);

    [Fact]
    public void CreateTrainerWorksWithAndWithoutALoss()
    {
        using var model = new BayesianComposed(new Composed());
        using var batch = ones(5, 3);
        using var trainer = model.CreateTrainer(x => model.call(x, batch), new TrainerOptions { FitLoss = FitLoss.CrossEntropy });
        Assert.IsType<ElboLoss>(trainer.Loss);
    }
}
