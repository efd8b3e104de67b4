using BayesGen.Tests.Networks;
using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>A state that was saved before members were renamed.</summary>
public sealed class FormerNameTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    private string Path => System.IO.Path.Combine(_folder, "model.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void LoadsAStateOfOldNamesBitForBit()
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var before = new BayesianStemBefore(new StemBefore());
        Scramble(before);
        before.Save(Path);

        using var after = new BayesianStemAfter(new StemAfter());
        Assert.Equal(before.state_dict().Count, after.Load(Path).Tensors);
        AssertSame(
            before, after,
            ("first", "conv"), ("gain", "scale"), ("norm", "Batch"), ("offset", "shift"), ("plain", "last"));
        AssertSameAnswers(before, after);
    }

    [Fact]
    public void LoadsNestedNetworksUnderBothOldNames()
    {
        random.manual_seed(2);
        using var scope = NewDisposeScope();
        using var before = new BayesianTowerBefore(new TowerBefore());
        Scramble(before);
        before.Save(Path);

        using var after = new BayesianTowerAfter(new TowerAfter());
        after.Load(Path);
        AssertSame(
            before, after,
            ("stem", "root"), ("frozen", "cold"), ("blocks", "stack"),
            ("first", "conv"), ("gain", "scale"), ("norm", "Batch"), ("offset", "shift"), ("plain", "last"));
        AssertSameAnswers(before, after);
    }

    [Fact]
    public void TorchSharpsLoadKnowsOldNames()
    {
        using var scope = NewDisposeScope();
        using var before = new BayesianTowerBefore(new TowerBefore());
        Scramble(before);
        before.save(Path);
        using var after = new BayesianTowerAfter(new TowerAfter());
        var loaded = new Dictionary<string, bool>();
        after.load(Path, skip: ["whole.shift"], loadedParameters: loaded);
        Assert.Equal(after.state_dict().Keys, loaded.Keys);
        Assert.Equal("whole.shift", loaded.Single(entry => !entry.Value).Key);
        after.load(Path);
        AssertSameAnswers(before, after);
    }

    [Fact]
    public void TorchSharpsLoadChangesNothingWhereItFails()
    {
        using var scope = NewDisposeScope();
        using var before = new BayesianStemBefore(new StemBefore());
        Scramble(before);
        before.save(Path);
        using var after = new BayesianStemForgetful(new StemForgetful());
        var bits = Bits(after);
        Assert.Throws<StateMismatchException>(() => after.load(Path));
        Assert.Equal(bits, Bits(after));
    }

    [Fact]
    public void SavesUnderTheCurrentNames()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianStemAfter(new StemAfter());
        Assert.Contains("conv.weight.mu", model.state_dict().Keys);
        Assert.DoesNotContain("first.weight.mu", model.state_dict().Keys);
        Scramble(model);
        model.Save(Path);
        using var loaded = new BayesianStemAfter(new StemAfter());
        loaded.Load(Path);
        AssertSame(model, loaded);
    }

    [Fact]
    public void KnowsFormerNamesAfterAMove()
    {
        using var scope = NewDisposeScope();
        using var before = new BayesianStemBefore(new StemBefore());
        Scramble(before);
        before.to(float64);
        using var after = new BayesianStemAfter(new StemAfter());
        after.to(float64);
        var (missing, unexpected) = after.load_state_dict(before.state_dict());
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        AssertSameAnswers(before, after);
    }

    [Fact]
    public void SkipsKeysOfEitherName()
    {
        using var scope = NewDisposeScope();
        using var before = new BayesianStemBefore(new StemBefore());
        Scramble(before);
        foreach (var skipped in new[] { "offset", "shift" })
        {
            using var after = new BayesianStemAfter(new StemAfter());
            var (missing, unexpected) = after.load_state_dict(before.state_dict(), strict: false, skip: [skipped]);
            Assert.Equal(skipped == "offset" ? ["shift"] : [], missing);
            Assert.Empty(unexpected);
            Assert.Equal(0, after.state_dict()["shift"].sum().item<float>());
        }
    }

    [Fact]
    public void RefusesAStateWithTheOldAndTheNewName()
    {
        using var scope = NewDisposeScope();
        using var before = new BayesianStemBefore(new StemBefore());
        using var after = new BayesianStemAfter(new StemAfter());
        var both = after.state_dict();
        both.Add("offset", before.state_dict()["offset"]);
        Assert.Equal(["offset"], Assert.Throws<StateMismatchException>(() => after.load_state_dict(both)).Unexpected);
    }

    [Fact]
    public void WithoutTheAttributeTheErrorNamesBothKeysAndTheAttribute()
    {
        using var scope = NewDisposeScope();
        using var before = new BayesianStemBefore(new StemBefore());
        before.Save(Path);
        using var after = new BayesianStemForgetful(new StemForgetful());
        var bits = Bits(after);
        var error = Assert.Throws<StateMismatchException>(() => after.Load(Path));
        Assert.Contains("conv.weight.mu", error.Missing);
        Assert.Contains("first.weight.mu", error.Unexpected);
        Assert.Equal(
            [
                "'first' of the state fits 'conv' of the network: if it was renamed, put [FormerlyKnownAs(\"first\")] on 'conv'.",
                "'gain' of the state fits 'scale' of the network: if it was renamed, put [FormerlyKnownAs(\"gain\")] on 'scale'.",
                "'offset' of the state fits 'shift' of the network: if it was renamed, put [FormerlyKnownAs(\"offset\")] on 'shift'.",
            ],
            error.Message.Split(Environment.NewLine).Where(line => line.Contains("FormerlyKnownAs")));
        Assert.Equal(bits, Bits(after));
    }

    [Fact]
    public void DoesNotTakeAnotherNetworkForARename()
    {
        using var scope = NewDisposeScope();
        using var line = new BayesianLine(new Line());
        using var stem = new BayesianStemForgetful(new StemForgetful());
        Assert.DoesNotContain(
            "FormerlyKnownAs", Assert.Throws<StateMismatchException>(() => stem.load_state_dict(line.state_dict())).Message);
    }

    [Fact]
    public void RefusesOneOldNameForTwoMembers()
    {
        var plan = new NetworkPlan();
        plan.FormerlyKnownAs("a", "old");
        plan.FormerlyKnownAs("a", "old");
        Assert.Contains(
            "Both 'a' and 'b' were formerly known as 'old'",
            Assert.Throws<InvalidOperationException>(() => plan.FormerlyKnownAs("b", "old")).Message);
    }

    /// <summary>Numbers that no fresh network has, masks and buffers included.</summary>
    private static void Scramble(IBayesianNetwork model)
    {
        using var _ = no_grad();
        foreach (var (_, tensor) in model.Arena.StateTensors())
            tensor.copy_(tensor.dtype == ScalarType.Bool ? rand_like(tensor, ScalarType.Float32) < 0.7
                : tensor.is_floating_point() ? rand_like(tensor) + 0.1
                : ones_like(tensor) * 7);
        model.Arena.AdoptState();
    }

    private static void AssertSame(nn.Module before, nn.Module after, params (string Old, string New)[] renames)
    {
        var expected = before.state_dict();
        var actual = after.state_dict();
        Assert.Equal(expected.Keys.Select(Renamed), actual.Keys);
        Assert.All(expected, entry => Assert.True(TensorBits.Same(entry.Value, actual[Renamed(entry.Key)]), entry.Key));

        string Renamed(string key) => string.Join('.', key.Split('.')
            .Select(name => renames.FirstOrDefault(rename => rename.Old == name) is { New: { } today } ? today : name));
    }

    private static void AssertSameAnswers(nn.Module<Tensor, Tensor> before, nn.Module<Tensor, Tensor> after)
    {
        before.eval();
        after.eval();
        var dtype = before.parameters().First().dtype;
        var x = rand(5, 4, dtype);
        Rounding.AssertSame(before.call(x), after.call(x));
    }

    private static string Bits(nn.Module model) =>
        string.Join(' ', model.state_dict().Values.Select(tensor => Convert.ToHexString(tensor.detach().contiguous().bytes)));
}
