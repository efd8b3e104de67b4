using BayesGen.Tests.Networks;
using static BayesGen.Tests.SafeTensorsLayout;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>State dicts of plain networks become posterior means, and means become state dicts.</summary>
public sealed class PlainStateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryFamilyStartsAroundThePlainWeights()
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(1);
        Assert.NotEqual(0, model.Prune(new() { [Family.Gaussian] = 0 }).Pruned);
        Write(Mixed());
        var report = model.LoadMeans(Path());

        Assert.Equal(Mixed().Select(tensor => tensor.Key).Order(), report.Loaded.Order());
        Assert.Empty(report.Missing);
        Assert.Empty(report.Unexpected);
        var state = model.state_dict();
        Assert.Equal(Mixed("conv.weight").AsFloats(), Numbers(state["conv.weight.mu"]));
        Assert.All(Numbers(state["conv.weight.scale_mu"]), scale => Assert.Equal(1, scale));
        Assert.All(Numbers(state["conv.weight.log_alpha"]), logAlpha => Assert.Equal(-4, logAlpha));
        Assert.Equal(Mixed("output.bias").AsFloats(), Numbers(state["output.bias.mu"]));
        // The annotation of that layer says -3.
        Assert.All(Numbers(state["output.weight.log_sigma"]), logSigma => Assert.Equal(-3, logSigma));
        Assert.Equal(Mixed("hidden.weight").AsFloats(), Numbers(state["hidden.weight"]));
        Assert.Equal(Mixed("norm.running_var").AsFloats(), Numbers(state["norm.running_var"]));
        Assert.Equal(0, model.PruneStatistics().Pruned);

        // And the network answers as a plain one with these weights does.
        using var plain = new MixedClassifier();
        using (no_grad())
            foreach (var (key, entry) in Mixed())
                plain.state_dict()[key].copy_(tensor(entry.AsFloats(), entry.Shape, ScalarType.Float32, CPU));
        plain.eval();
        model.eval();
        using var data = SyntheticDigits.Create(3, 1);
        Rounding.AssertSame(plain.call(data.Inputs), model.call(data.Inputs));

        using var sparse = new BayesianSparseDropoutRegressor(new SparseDropoutRegressor());
        Write(("hidden.weight", SafeTensorsLayout.Numbers(1, 5, 3)), ("hidden.bias", SafeTensorsLayout.Numbers(2, 5)),
            ("output.weight", SafeTensorsLayout.Numbers(3, 1, 5)), ("output.bias", SafeTensorsLayout.Numbers(4, 1)));
        sparse.LoadMeans(Path());
        Assert.Equal(SafeTensorsLayout.Numbers(3, 1, 5).AsFloats(), Numbers(sparse.state_dict()["output.weight.mu"]));
        Assert.Equal(SafeTensorsLayout.Numbers(2, 5).AsFloats(), Numbers(sparse.state_dict()["hidden.bias"]));
    }

    [Fact]
    public void SavedMeansAreAStateDictOfThePlainNetwork()
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(2);
        model.Prune(new() { [Family.Gaussian] = 0 });
        model.UseMap();
        var before = StateFileProcess.Fingerprint(model);
        model.SaveMeans(Path());
        Assert.Equal(before, StateFileProcess.Fingerprint(model));
        var entries = Read(Path());
        using var plain = new MixedClassifier();
        Assert.Equal(plain.state_dict().Keys.Order(), entries.Keys.Order());
        Assert.All(plain.state_dict(), entry => Assert.Equal(entry.Value.shape, entries[entry.Key].Shape));
        using var mean = model.Distribution(() => new MixedClassifier()).Mean();
        foreach (var (key, tensor) in mean.state_dict())
            Assert.Equal(tensor.detach().contiguous().bytes.ToArray(), entries[key].Bytes);

        using var other = StateFileTests.Trained(3);
        other.LoadMeans(Path());
        Assert.Equal(entries["conv.weight"].AsFloats(), Numbers(other.Posterior.Conv.Weight.Mean()));
        Assert.False(File.Exists(Path() + ".partial"));
    }

    [Theory]
    [InlineData("F16", "003E 00C0")]
    [InlineData("BF16", "C03F 00C0")]
    [InlineData("F64", "000000000000F83F 00000000000000C0")]
    public void ConvertsFloatingPointTypes(string dtype, string bits)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        Write(("line.weight", new Entry(dtype, [1, 2], Convert.FromHexString(bits.Replace(" ", "")))));
        model.LoadMeans(Path());
        Assert.Equal([1.5f, -2], Numbers(model.Posterior.Line.Weight.Mu));
        model.to(ScalarType.Float64);
        model.LoadMeans(Path());
        Assert.Equal(ScalarType.Float64, model.Posterior.Line.Weight.Mu.dtype);
        Assert.Equal(-2, model.call(tensor(new double[] { 0, 1 }, [1, 2], ScalarType.Float64, CPU)).item<double>());
    }

    [Fact]
    public void RefusesIntegerWeights()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        var before = Numbers(model.Posterior.Line.Weight.Mu);
        Write(("line.weight", new Entry("I8", [1, 2], [1, 2])));
        Assert.Contains("'line.weight' has dtype Int8", Assert.Throws<ArgumentException>(() => model.LoadMeans(Path())).Message);
        Assert.Equal(before, Numbers(model.Posterior.Line.Weight.Mu));
    }

    [Fact]
    public void TheBatchCounterOfBatchNormIsOptional()
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(4);
        var counter = model.state_dict()["norm.num_batches_tracked"];
        Assert.Equal(4, counter.item<long>());
        Write(Mixed());
        var absent = model.LoadMeans(Path());
        Assert.DoesNotContain("norm.num_batches_tracked", absent.Loaded);
        Assert.Equal(4, counter.item<long>());

        // PyTorch has it as a scalar.
        Write([.. Mixed(), ("norm.num_batches_tracked", new Entry("I64", [], BitConverter.GetBytes(77L)))]);
        Assert.Contains("norm.num_batches_tracked", model.LoadMeans(Path()).Loaded);
        Assert.Equal(77, counter.item<long>());

        // A network without the layer has no use for it.
        using var line = new BayesianLine(new Line());
        Write(("line.weight", SafeTensorsLayout.Numbers(1, 1, 2)),
            ("bn.num_batches_tracked", new Entry("I64", [], BitConverter.GetBytes(77L))));
        Assert.Equal(["bn.num_batches_tracked"], line.LoadMeans(Path()).Unexpected);
    }

    [Fact]
    public void RemovesPrefixesAndMapsNames()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        Write(("module.line.weight", SafeTensorsLayout.Numbers(5, 1, 2)));
        var error = Assert.Throws<StateMismatchException>(() => model.LoadMeans(Path()));
        Assert.Contains("Missing: line.weight.", error.Message);
        Assert.Contains("Not in this network: module.line.weight.", error.Message);
        Assert.Contains("prefix: \"module.\"", error.Message);
        model.LoadMeans(Path(), prefix: "module.");
        Assert.Equal([0.05f, 0.06f], Numbers(model.Posterior.Line.Weight.Mu));

        Write(("fc.w", SafeTensorsLayout.Numbers(7, 1, 2)));
        model.LoadMeans(Path(), rename: key => key.Replace("fc.w", "line.weight"));
        Assert.Equal([0.07f, 0.08f], Numbers(model.Posterior.Line.Weight.Mu));

        Write(("module.line.weight", SafeTensorsLayout.Numbers(5, 1, 2)), ("line.weight", SafeTensorsLayout.Numbers(5, 1, 2)));
        Assert.Contains("two of its keys become 'line.weight'", Assert.Throws<StateFileException>(
            () => model.LoadMeans(Path(), prefix: "module.")).Message);
    }

    [Fact]
    public void ListsKeysThatDoNotFitAndWritesNothing()
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(5);
        var before = StateFileProcess.Fingerprint(model);
        Write([.. Mixed().Where(tensor => tensor.Key is not ("conv.bias" or "hidden.bias")),
            ("hidden.bias", SafeTensorsLayout.Numbers(1, 15)), ("extra", SafeTensorsLayout.Numbers(1, 2))]);
        var error = Assert.Throws<StateMismatchException>(() => model.LoadMeans(Path()));
        Assert.Equal(["conv.bias"], error.Missing);
        Assert.Equal(["extra"], error.Unexpected);
        Assert.Equal(["hidden.bias"], error.Misshapen);
        Assert.Contains("'hidden.bias' has shape [15], expected [16]", error.Message);
        Assert.Equal(before, StateFileProcess.Fingerprint(model));
        Assert.Throws<StateMismatchException>(() => model.LoadMeans(Path(), strict: false));
        Assert.Equal(before, StateFileProcess.Fingerprint(model));

        Write([.. Mixed().Where(tensor => tensor.Key is not "conv.bias"), ("extra", SafeTensorsLayout.Numbers(1, 2))]);
        var report = model.LoadMeans(Path(), strict: false);
        Assert.Equal(["conv.bias"], report.Missing);
        Assert.Equal(["extra"], report.Unexpected);
        Assert.Equal(Mixed("conv.weight").AsFloats(), Numbers(model.Posterior.Conv.Weight.Mu));
    }

    [Fact]
    public void NamesFilesOfAnotherKind()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        model.Save(Path());
        Assert.Contains("read it with Load", Assert.Throws<StateMismatchException>(() => model.LoadMeans(Path())).Message);

        // What torch.save begins with, today and before 1.6.
        foreach (
            var beginning in (byte[][])[[0x50, 0x4B, 3, 4, 0, 0, 8, 8, 0, 0], [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20]])
        {
            File.WriteAllBytes(Path(), beginning);
            var error = Assert.Throws<StateFileException>(() => model.LoadMeans(Path()));
            Assert.Contains("can run code", error.Message);
            Assert.Contains("save_file", error.Message);
        }

        // A header of 640 bytes begins with the same two as a pickle, and is none.
        var entry = SafeTensorsLayout.Numbers(3, 1, 2);
        SafeTensorsLayout.Write(Path(), ("line.weight", entry));
        var file = File.ReadAllBytes(Path());
        var length = (int)BitConverter.ToUInt64(file);
        File.WriteAllBytes(Path(), [
            .. BitConverter.GetBytes(640UL), .. file[8..(8 + length)], .. Enumerable.Repeat((byte)' ', 640 - length),
            .. file[(8 + length)..]]);
        Assert.Equal((0x80, 2), (File.ReadAllBytes(Path())[0], File.ReadAllBytes(Path())[1]));
        model.LoadMeans(Path());
        Assert.Equal(entry.AsFloats(), Numbers(model.Posterior.Line.Weight.Mu));

        File.WriteAllBytes(Path(), [1, 2, 3]);
        Assert.Throws<StateFileException>(() => model.LoadMeans(Path()));
        File.Delete(Path());
        Assert.Throws<FileNotFoundException>(() => model.LoadMeans(Path()));
        using var draw = model.Draw();
        SafeTensorsLayout.Write(Path(), ("line.weight", entry));
        Assert.Throws<InvalidOperationException>(() => model.LoadMeans(Path()));
    }

    [Fact]
    public void LoadsTiedFrozenAndOwnParameters()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianCorners(new Corners());
        (string, Entry)[] others = [("gain", SafeTensorsLayout.Numbers(1, 4)), ("frozen.weight", SafeTensorsLayout.Numbers(30, 4, 4))];
        var shared = SafeTensorsLayout.Numbers(60, 4, 4);
        foreach (var keys in (string[][])[["First.weight"], ["tied.weight"], ["First.weight", "tied.weight"]])
        {
            using (no_grad())
                model.Posterior.First.Weight.Mu.zero_();
            Write([.. others, .. keys.Select(key => (key, shared))]);
            Assert.Equal(2 + keys.Length, model.LoadMeans(Path()).Loaded.Count);
            Assert.Equal(shared.AsFloats(), Numbers(model.Posterior.First.Weight.Mu));
        }

        Assert.Equal(others[1].Item2.AsFloats(), Numbers(model.state_dict()["frozen.weight"]));
        Write([.. others, ("First.weight", shared), ("tied.weight", SafeTensorsLayout.Numbers(61, 4, 4))]);
        Assert.Contains("one weight", Assert.Throws<ArgumentException>(() => model.LoadMeans(Path())).Message);
        Write(others);
        Assert.Equal(["First.weight", "tied.weight"], Assert.Throws<StateMismatchException>(() => model.LoadMeans(Path())).Missing);

        model.SaveMeans(Path());
        var entries = Read(Path());
        Assert.Equal(["First.weight", "frozen.weight", "gain", "tied.weight"], entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(entries["First.weight"].Bytes, entries["tied.weight"].Bytes);
    }

    [Fact]
    public void LoadingLeaksNoTensor()
    {
        using var model = StateFileTests.Trained(6);
        Write(Mixed());
        void Use()
        {
            model.LoadMeans(Path());
            model.SaveMeans(Path());
            Assert.Throws<StateMismatchException>(() => model.LoadMeans(Path(), prefix: "conv."));
        }

        Use();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Use();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>A state dict of the mixed classifier, without the counter of batches.</summary>
    private static (string Key, Entry Entry)[] Mixed() =>
    [
        ("conv.weight", SafeTensorsLayout.Numbers(1, 4, 1, 3, 3)), ("conv.bias", SafeTensorsLayout.Numbers(-2, 4)),
        ("norm.weight", SafeTensorsLayout.Numbers(80, 4)), ("norm.bias", SafeTensorsLayout.Numbers(3, 4)),
        ("norm.running_mean", SafeTensorsLayout.Numbers(-1, 4)), ("norm.running_var", SafeTensorsLayout.Numbers(90, 4)),
        ("hidden.weight", SafeTensorsLayout.Numbers(-1500, 16, 196)), ("hidden.bias", SafeTensorsLayout.Numbers(7, 16)),
        ("output.weight", SafeTensorsLayout.Numbers(-80, 10, 16)), ("output.bias", SafeTensorsLayout.Numbers(5, 10)),
    ];

    private static Entry Mixed(string key) => Mixed().Single(tensor => tensor.Key == key).Entry;

    private static float[] Numbers(Tensor tensor) => [.. tensor.detach().flatten().to(ScalarType.Float32).data<float>()];

    private void Write(params (string Key, Entry Entry)[] tensors) => SafeTensorsLayout.Write(Path(), tensors);

    private string Path() => System.IO.Path.Combine(_folder, "torch.safetensors");
}
