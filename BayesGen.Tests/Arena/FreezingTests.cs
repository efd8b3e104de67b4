using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>What is frozen after the network was wrapped stays as it is, bit for bit, until it is unfrozen.</summary>
public sealed partial class FreezingTests
{
    private static readonly Dictionary<string, OptimizerFactory> Optimizers = new()
    {
        ["flat Adam"] = (parameters, rate) => new FlatAdam(parameters, rate, weight_decay: 0.1),
        ["flat AdamW"] = (parameters, rate) => new FlatAdamW(parameters, rate, weight_decay: 0.1),
        ["flat SGD"] = (parameters, rate) => new FlatSgd(parameters, rate, momentum: 0.9, weight_decay: 0.1),
        ["Adam"] = (parameters, rate) => optim.Adam(parameters, rate, weight_decay: 0.1),
        ["RMSProp"] = (parameters, rate) => optim.RMSProp(parameters, rate, momentum: 0.9),
    };

    public static TheoryData<string> OptimizerNames => [.. Optimizers.Keys];

    [Trait("Lane", "Slow")]
    [Theory]
    [MemberData(nameof(OptimizerNames))]
    public void MomentumDecayAndDivergenceLeaveAFrozenLayerAlone(string optimizer)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        model.Prior.A.Weight = new GaussianPrior(0, 1) { IsTrainable = true };
        using var trainer = model.CreateTrainer(Options(200) with { Optimizer = Optimizers[optimizer], Beta = new ConstantBeta(1) });
        trainer.Train(Data());
        model.Freeze("a", "middle.weight");
        var before = StateOf(model);
        trainer.Train(Data());
        var frozen = StateOf(model);
        model.Unfreeze();
        trainer.Train(Data());
        var after = StateOf(model);

        Assert.All(before.Keys.Where(key => !key.EndsWith(".mask", StringComparison.Ordinal)), key =>
        {
            var isFrozen = key.StartsWith("a.", StringComparison.Ordinal) || key == "middle.weight";
            Assert.True(TensorBits.Same(before[key], frozen[key]) == isFrozen, key);
            Assert.False(TensorBits.Same(frozen[key], after[key]), key);
        });
    }

    [Fact]
    public void AFreshIvonTrainingLeavesTheWidthsOfFrozenWeightsAlone()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        foreach (var parameter in model.Network.A.parameters())
            parameter.requires_grad = false;
        var before = StateOf(model);
        using var trainer = model.CreateIvonTrainer(Options(2), new IvonOptions { InitialCurvature = 1 });
        trainer.Train(Data());
        var after = StateOf(model);
        Assert.All(before.Keys.Where(key => key.StartsWith("a.", StringComparison.Ordinal)), key =>
            Assert.True(TensorBits.Same(before[key], after[key]), key));
    }

    [Fact]
    public void UnfreezeUndoesRequiresGradOnAllParameters()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        foreach (var parameter in model.parameters())
            parameter.requires_grad = false;
        Assert.Equal(model.Describe().TotalCount, model.Describe().FrozenCount);
        using var trainer = model.CreateTrainer(Options(2));
        Assert.Contains("Unfreeze", Assert.Throws<InvalidOperationException>(() => trainer.Train(Data())).Message);
        model.Unfreeze("a");
        var before = StateOf(model);
        trainer.Train(Data());
        var after = StateOf(model);
        Assert.False(TensorBits.Same(before["a.weight.mu"], after["a.weight.mu"]));
        Assert.True(TensorBits.Same(before["middle.weight"], after["middle.weight"]));
        model.Unfreeze();
        Assert.Equal(0, model.Describe().FrozenCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void IvonLeavesFrozenWeightsAndTheirCurvatureAlone(int samples)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        using var trainer = model.CreateIvonTrainer(Options(10) with { Samples = samples }, new IvonOptions { InitialCurvature = 1 });
        trainer.Train(Data());
        model.Freeze("a");
        var before = StateOf(model);
        trainer.Train(Data());
        var frozen = StateOf(model);
        Assert.True(TensorBits.Same(before["a.weight.mu"], frozen["a.weight.mu"]));
        Assert.True(TensorBits.Same(before["a.weight.log_sigma"], frozen["a.weight.log_sigma"]));
        Assert.False(TensorBits.Same(before["b.weight.mu"], frozen["b.weight.mu"]));
        model.Unfreeze("a");
        trainer.Train(Data());
        Assert.False(TensorBits.Same(frozen["a.weight.mu"], StateOf(model)["a.weight.mu"]));
        Assert.True((frozen["a.weight.log_sigma"] - StateOf(model)["a.weight.log_sigma"]).abs().max().item<float>() < 0.5);
    }

    [Fact]
    public void IvonRefusesAPartlyFrozenPosterior()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        using var trainer = model.CreateIvonTrainer(Options(1), new IvonOptions { InitialCurvature = 1 });
        model.get_parameter("Gaussian.log_sigma")!.requires_grad = false;
        Assert.Contains("model.Freeze", Assert.Throws<NotSupportedException>(() => trainer.Train(Data())).Message);
    }

    [Fact]
    public void ReplicasFreezeTheWeightsThatTheModelFreezes()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        var replicas = Replicas.Of(() => new BayesianThawing(new Thawing()), 2);
        using var trainer = model.CreateTrainer(Options(10) with { Samples = 2, Replicas = replicas });
        trainer.Train(Data());
        model.Freeze("a", "middle");
        var before = StateOf(model);
        trainer.Train(Data());
        var after = StateOf(model);
        Assert.True(TensorBits.Same(before["a.weight.mu"], after["a.weight.mu"]));
        Assert.True(TensorBits.Same(before["middle.bias"], after["middle.bias"]));
        Assert.False(TensorBits.Same(before["b.weight.mu"], after["b.weight.mu"]));
    }

    [Fact]
    public void LocalNoiseLeavesAFrozenLayerAlone()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawingLocal(new ThawingLocal());
        model.Freeze("a");
        var before = StateOf(model);
        using var trainer = model.CreateTrainer(Options(10));
        trainer.Train(Data());
        Assert.True(TensorBits.Same(before["a.weight.log_sigma"], StateOf(model)["a.weight.log_sigma"]));
        Assert.False(TensorBits.Same(before["b.weight.log_sigma"], StateOf(model)["b.weight.log_sigma"]));
    }

    [Fact]
    public void RequiresGradOnAParameterOfTheNetworkFreezesIt()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        foreach (var parameter in model.Network.A.parameters())
            parameter.requires_grad = false;
        var before = StateOf(model);
        using var trainer = model.CreateTrainer(Options(5));
        trainer.Train(Data());
        Assert.True(TensorBits.Same(before["a.weight.mu"], StateOf(model)["a.weight.mu"]));
        foreach (var parameter in model.Network.A.parameters())
            parameter.requires_grad = true;
        trainer.Train(Data());
        Assert.False(TensorBits.Same(before["a.weight.mu"], StateOf(model)["a.weight.mu"]));
    }

    [Fact]
    public void RequiresGradOnAFlatParameterFreezesThatParameterOfEveryPosterior()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        model.get_parameter("Gaussian.log_sigma")!.requires_grad = false;
        var before = StateOf(model);
        using var trainer = model.CreateTrainer(Options(5));
        trainer.Train(Data());
        Assert.True(TensorBits.Same(before["a.weight.log_sigma"], StateOf(model)["a.weight.log_sigma"]));
        Assert.False(TensorBits.Same(before["a.weight.mu"], StateOf(model)["a.weight.mu"]));
        Assert.Contains("log_sigma frozen", model.Describe().ToString());
    }

    [Fact]
    public void RefusesToTrainAFrozenNetwork()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        foreach (var parameter in model.parameters())
            parameter.requires_grad = false;
        using var trainer = model.CreateTrainer(Options(1));
        Assert.Contains("frozen", Assert.Throws<InvalidOperationException>(() => trainer.Train(Data())).Message);
    }

    [Fact]
    public void TheDivergenceLeavesOutAFrozenLayer()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        model.Freeze("a");
        using var draw = model.Draw();
        var prior = new GaussianPrior(1);
        var expected = model.Posterior.B.Weight.KlTo(prior)!.sum() + model.Posterior.B.Bias.KlTo(prior)!.sum();
        Assert.Equal(expected.item<float>(), new ElboLoss().Divergence(draw).item<float>(), 1e-3);
    }

    [Fact]
    public void UndoesWhatAUserOptimizerDidToFrozenWeights()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        using var optimizer = optim.Adam(model.parameters(), 0.01, weight_decay: 0.1);
        Step();
        model.Freeze("a", "middle");
        var before = StateOf(model);
        var answer = model.Network.Middle.weight!.detach().clone();
        for (var i = 0; i < 3; i++)
            Step();
        Assert.True(TensorBits.Same(before["a.weight.mu"], model.Posterior.A.Weight.Mu));
        Assert.True(TensorBits.Same(answer, model.Network.Middle.weight!));
        Assert.False(TensorBits.Same(before["b.weight.mu"], model.Posterior.B.Weight.Mu));

        // Who writes a frozen weight on purpose is heard.
        model.Posterior.A.Weight.LogSigma.fill_(-7);
        Assert.Equal(-7, StateOf(model)["a.weight.log_sigma"].max().item<float>());

        void Step()
        {
            optimizer.zero_grad();
            using var draw = model.Draw();
            draw.Backward(model.call(ones(2, 4)).square().sum() + new ElboLoss().Divergence(draw));
            optimizer.step();
        }
    }

    [Fact]
    public void DescribesMovesAndLoadsFrozenWeights()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        model.Freeze("a");
        Assert.All(model.Describe().Weights, weight =>
            Assert.Equal(weight.Key.StartsWith("a.", StringComparison.Ordinal), weight.Role == WeightRole.Frozen));
        Assert.Contains("Gaussian, frozen", model.Describe().ToString());
        model.to(ScalarType.Float64);
        Assert.Equal(
            ["a.weight", "a.bias"],
            model.Describe().Weights.Where(weight => weight.Role == WeightRole.Frozen).Select(weight => weight.Key));
        Assert.Equal(4, model.Arena.BayesianWeights.Count);

        var state = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        state["a.weight.mu"].fill_(0.5);
        model.load_state_dict(state);
        using var trainer = model.CreateTrainer(Options(3));
        var (x, y) = Data()[0];
        trainer.Train(new[] { (x.to(ScalarType.Float64), y.to(ScalarType.Float64)) });
        Assert.Equal(0.5, model.Posterior.A.Weight.Mu.min().item<double>());
    }

    [Fact]
    public void RefusesToUnfreezeAWeightWithoutAPosterior()
    {
        using var scope = NewDisposeScope();
        var network = new Thawing();
        network.A.weight!.requires_grad = false;
        using var model = new BayesianThawing(network);
        Assert.Contains("'a.weight'", Assert.Throws<InvalidOperationException>(() => model.Unfreeze("a")).Message);
        network.A.weight!.requires_grad = true;
        Assert.Contains("'a.weight'", Assert.Throws<InvalidOperationException>(() => model.Draw()).Message);
        Assert.Contains("'nowhere'", Assert.Throws<KeyNotFoundException>(() => model.Freeze("nowhere")).Message);
    }

    [Fact]
    public void AResumedTrainingReportsAChangeOfFrozenWeights()
    {
        using var scope = NewDisposeScope();
        var folder = Directory.CreateTempSubdirectory().FullName;
        using var model = new BayesianThawing(new Thawing());
        model.Freeze("a.weight");
        using var trainer = model.CreateTrainer(Options(2) with { Checkpoints = new CheckpointOptions { Folder = folder } });
        trainer.Train(Data());
        using var other = new BayesianThawing(new Thawing());
        using var later = other.CreateTrainer(Options(2));
        Assert.Contains(
            later.Resume(folder).Notices, notice => notice.Contains("frozen weights is none, and was a.weight", StringComparison.Ordinal));
    }

    private static TrainerOptions Options(int epochs) => new()
    {
        Epochs = epochs, LearningRate = 0.01, FitLoss = FitLoss.SquaredError, LearningRateFactors = new Dictionary<string, double>(),
    };

    private static (Tensor X, Tensor Y)[] Data()
    {
        var generator = new NoiseSource(1);
        return [(generator.Normal(zeros(16, 4)), generator.Normal(zeros(16, 3)))];
    }

    private static Dictionary<string, Tensor> StateOf(IBayesianNetwork model) =>
        model.Arena.StateTensors().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
}
