using BayesGen.Tests.Networks;

namespace BayesGen.Tests.Storage;

/// <summary>A state of other families is refused in words, and nothing changes.</summary>
public sealed class FamilyMismatchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-families").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AStateOfWeightsIsRefusedByAFamilyOfUnits()
    {
        using var scope = NewDisposeScope();
        using var weights = new BayesianPlainUnits(new PlainUnits(nn.Linear(3, 4)));
        using var units = new BayesianUsualUnits(new UsualUnits(nn.Linear(3, 4)));
        Refuses(weights, units, "'layer.weight' and 1 more have a Scaled posterior here and a Gaussian posterior in the state");
    }

    [Fact]
    public void AStateOfUnitsIsRefusedByAFamilyOfWeights()
    {
        using var scope = NewDisposeScope();
        using var weights = new BayesianPlainUnits(new PlainUnits(nn.Linear(3, 4)));
        using var units = new BayesianUsualUnits(new UsualUnits(nn.Linear(3, 4)));
        Refuses(units, weights, "'layer.weight' and 1 more have a Gaussian posterior here and a Scaled posterior in the state");
    }

    /// <summary>Biases are plain under one of the families.</summary>
    [Fact]
    public void AStateWhoseBiasesArePlainIsRefusedForThemToo()
    {
        using var scope = NewDisposeScope();
        using var weights = new BayesianPlainUnits(new PlainUnits(nn.Linear(3, 4)));
        using var gated = new BayesianGatedLayer(new GatedLayer(nn.Linear(3, 4)));
        Refuses(
            weights, gated, "'layer.weight' has a Gated posterior here and a Gaussian posterior in the state",
            "'layer.bias' has no posterior here and a Gaussian posterior in the state");
        Refuses(
            gated, weights, "'layer.weight' has a Gaussian posterior here and a Gated posterior in the state",
            "'layer.bias' has a Gaussian posterior here and no posterior in the state");
    }

    /// <summary>A family that nobody here knows is described by its parameters; what fits is not spoken of.</summary>
    [Fact]
    public void AFamilyThatIsNotKnownIsNamedByItsParameters()
    {
        using var scope = NewDisposeScope();
        using var weights = new BayesianPlainUnits(new PlainUnits(nn.Linear(3, 4)));
        var state = weights.state_dict().Where(entry => entry.Key != "layer.weight.log_sigma").ToDictionary();
        state.Add("layer.weight.width", ones(4, 3));
        var message = Assert.Throws<StateMismatchException>(() => weights.load_state_dict(state)).Message;
        Assert.Contains("'layer.weight' has a Gaussian posterior here and a posterior of mu, width in the state", message);
        Assert.DoesNotContain("layer.bias", message);
    }

    [Fact]
    public void AnotherShapeAloneIsNoOtherFamily()
    {
        using var scope = NewDisposeScope();
        using var wide = new BayesianPlainUnits(new PlainUnits(nn.Linear(3, 4)));
        using var narrow = new BayesianPlainUnits(new PlainUnits(nn.Linear(3, 5)));
        var message = Assert.Throws<StateMismatchException>(() => wide.load_state_dict(narrow.state_dict())).Message;
        Assert.DoesNotContain("posterior", message);
        Assert.DoesNotContain("Groups", message);
    }

    private void Refuses(IBayesianNetwork saved, IBayesianNetwork loaded, params string[] sentences)
    {
        var before = State(loaded);
        var path = Path.Combine(_folder, "state.safetensors");
        saved.Save(path);
        foreach (var message in (string[])
        [
            Assert.Throws<StateMismatchException>(() => loaded.Load(path)).Message,
            Assert.Throws<StateMismatchException>(() => loaded.Arena.LoadStateDict(saved.Arena.StateDict(null, null))).Message,
        ])
        {
            Assert.Contains("nothing was loaded", message);
            Assert.All(sentences, sentence => Assert.Contains(sentence, message));
        }

        Assert.All(State(loaded), entry => Assert.True(TensorBits.Same(entry.Value, before[entry.Key]), entry.Key));

        static Dictionary<string, Tensor> State(IBayesianNetwork model) =>
            model.Arena.StateTensors().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
    }
}
