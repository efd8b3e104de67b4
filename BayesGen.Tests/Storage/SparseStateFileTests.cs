namespace BayesGen.Tests;

/// <summary>The small file of a compressed network.</summary>
public sealed class SparseStateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(WeightState.Mean)]
    [InlineData(WeightState.Map)]
    public void ASparseFileIsSmallAndAnswersLikeTheModel(WeightState state)
    {
        using var scope = NewDisposeScope();
        using var model = Compressed();
        model.Arena.Lease.UseWeights(state);
        var (sparse, dense, whole) = (In("sparse"), In("dense"), In("whole"));
        model.SaveSparse(sparse);
        model.SaveMeans(dense);
        model.Save(whole);
        Assert.True(Size(sparse) * 8 < Size(dense), $"{Size(sparse)} and {Size(dense)} bytes");
        Assert.True(Size(sparse) * 30 < Size(whole));

        using var _ = no_grad();
        model.eval();
        var x = linspace(-1, 1, 5 * 784).reshape(5, 1, 28, 28);
        using var plain = new Wide();
        plain.LoadWeights(sparse);
        Assert.True(TensorBits.Same(model.call(x), plain.call(x)));
        using var bayesian = new BayesianWide(new Wide());
        bayesian.LoadMeans(sparse);
        bayesian.eval();
        Assert.True(TensorBits.Same(model.call(x), bayesian.call(x)));

        // The other files of plain weights are read too.
        plain.LoadWeights(dense);
        model.UseMean();
        Assert.True(TensorBits.Same(model.call(x), plain.call(x)));
    }

    [Fact]
    public void ASparseFileHoldsPlainWeightsAndBuffers()
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(7);
        model.SaveSparse(In("sparse"));
        using var plain = new MixedClassifier();
        plain.LoadWeights(In("sparse"));
        using var _ = no_grad();
        model.eval();
        plain.eval();
        var x = linspace(-1, 1, 2 * 784).reshape(2, 1, 28, 28);
        Assert.True(TensorBits.Same(model.call(x), plain.call(x)));
    }

    /// <summary>TorchSharp names a layer in an auto-property by the field behind it; files have the name of the property.</summary>
    [Fact]
    public void ALayerInAnAutoPropertyIsLoaded()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianCorners(new Corners());
        var plain = new Corners();
        foreach (var save in (Action<string>[])[model.SaveSparse, model.SaveMeans])
        {
            save(In("file"));
            using (no_grad())
                plain.First.weight!.fill_(0);
            plain.LoadWeights(In("file"));
            Assert.True(TensorBits.Same(model.Network.First.weight!, plain.First.weight!));
        }
    }

    [Fact]
    public void RefusesFilesThatDoNotFit()
    {
        using var model = Compressed();
        model.SaveSparse(In("sparse"));
        Assert.Contains("SaveSparse", Assert.Throws<StateFileException>(() => model.Load(In("sparse"))).Message);
        Assert.Contains("LoadMeans", Assert.Throws<ArgumentException>(() => model.LoadWeights(In("sparse"))).Message);
        using var other = new Line();
        Assert.Contains("line.weight", Assert.Throws<StateMismatchException>(() => other.LoadWeights(In("sparse"))).Missing);

        // Re-signed with parts that lie about each other.
        using var plain = new Wide();
        Lie("hidden.weight.shape", _ => torch.tensor((long[])[64, 783]));
        Lie("hidden.weight.shape", _ => torch.tensor((long[])[-64, -784]));
        Lie("hidden.weight.shape", _ => torch.tensor((long[])[1L << 40, 1L << 40]));
        Lie("hidden.weight.nonzero", values => values.narrow(0, 0, values.numel() - 1));
        Lie("hidden.weight.places", places => places.to(ScalarType.Int64));
        Lie("hidden.weight.shape", _ => null);

        void Lie(string key, Func<Tensor, Tensor?> change)
        {
            using var scope = NewDisposeScope();
            using var stream = AtomicFile.OpenRead(In("sparse"));
            var (tensors, metadata) = SafeTensors.Read("sparse", stream);
            var forged = tensors.Select(entry => (entry.Key, Value: entry.Key == key ? change(entry.Value) : entry.Value))
                .Where(entry => entry.Value is not null)
                .Select(entry => new KeyValuePair<string, Tensor>(entry.Key, entry.Value!)).ToList();
            AtomicFile.Write(In("forged"), to => SafeTensors.Write(to, forged, new(metadata, StringComparer.Ordinal)));
            Assert.Contains("hidden.weight", Assert.Throws<StateFileException>(() => plain.LoadWeights(In("forged"))).Message);
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    [Fact]
    public void SavingAndLoadingLeaksNoTensor()
    {
        using var model = Compressed();
        using var plain = new Wide();
        void Use()
        {
            model.SaveSparse(In("sparse"));
            plain.LoadWeights(In("sparse"));
            model.LoadMeans(In("sparse"));
        }

        Use();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Use();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>A network of which some four percent are left.</summary>
    private static BayesianWide Compressed()
    {
        random.manual_seed(11);
        var model = new BayesianWide(new Wide());
        using var _ = no_grad();
        foreach (var (key, tensor) in model.Arena.StateTensors().Where(entry => entry.Key.EndsWith(".mask", StringComparison.Ordinal)))
            tensor.copy_(rand(tensor.shape).lt(0.04));
        model.Arena.AdoptState();
        return model;
    }

    private static long Size(string path) => new FileInfo(path).Length;

    private string In(string name) => Path.Combine(_folder, name + ".safetensors");
}
