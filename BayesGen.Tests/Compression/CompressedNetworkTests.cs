namespace BayesGen.Tests;

/// <summary>One small file that loads and answers.</summary>
public sealed class CompressedNetworkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Trait("Lane", "Slow")]
    [Fact]
    public void RandomSparseNetworksComeBackBitForBit()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            using var scope = NewDisposeScope();
            using var model = StateFileTests.Trained(1);
            Sparsify(model, seed);
            var bits = model.ChooseBits(new() { ExtraBits = seed - 4, PlainBits = seed % 3 == 0 ? null : 4 + seed });
            var report = model.SaveCompressed(In("small"), bits);
            AssertSame(model.Export(new MixedClassifier(), bits), CompressedNetwork.Load(In("small"), new MixedClassifier()));
            Assert.Equal(new FileInfo(In("small")).Length, report.FileBytes);
        }
    }

    /// <summary>Double precision, a tied weight, one that is frozen, and a parameter of the network itself.</summary>
    [Fact]
    public void TiedAndFrozenWeightsComeBack()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianCorners(new Corners());
        var bits = model.ChooseBits();
        var report = model.SaveCompressed(In("small"), bits);
        var loaded = CompressedNetwork.Load(In("small"), new Corners());
        AssertSame(model.Export(new Corners(), bits), loaded);
        Assert.Equal(4 * model.Arena.TotalCount, report.OriginalBytes);
    }

    [Fact]
    public void WhatAFileCannotHoldIsRefusedAndTheOldFileStays()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        model.SaveCompressed(In("small"));
        var before = File.ReadAllBytes(In("small"));
        using (no_grad())
            model.Posterior.Line.Weight.Mu.fill_(0);
        model.Arena.AdoptState();
        var bits = new BitWidths([new WeightBits("line.weight", 2, 2, FractionBits: 600, ExponentBits: 1, IsFromPosterior: true)]);
        Assert.Contains("512 bits", Assert.Throws<NotSupportedException>(() => model.SaveCompressed(In("small"), bits)).Message);
        Assert.Equal(before, File.ReadAllBytes(In("small")));
    }

    [Fact]
    public void ALoadedNetworkAnswersAsTheRoundedOneDoes()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(50, 1);
        using var model = StateFileTests.Trained(2);
        model.Prune(new() { [Family.Gaussian] = 0.5 });
        var before = model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        model.SaveCompressed(In("small"));
        Assert.All(before, entry => Assert.True(TensorBits.Same(entry.Value, model.Network.state_dict()[entry.Key])));
        var loaded = CompressedNetwork.Load(In("small"), new MixedClassifier());
        var rounded = model.Export(new MixedClassifier(), model.ChooseBits());
        loaded.eval();
        rounded.eval();
        Assert.True(TensorBits.Same(rounded.call(data.Inputs), loaded.call(data.Inputs)));
    }

    [Fact]
    public void TheFiguresCountWhatTheFileHolds()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        using (no_grad())
        {
            model.Posterior.Line.Weight.Mu.copy_(tensor(new[] { 0.7f, -0.3f }, [1, 2]));
            model.Posterior.Line.Weight.LogSigma.fill_(Math.Log(0.1));
        }

        // Scores 1.95 and 1.10: one weight of 1 + 1 + 5 bits is left.
        model.Prune(1.5);
        var report = model.SaveCompressed(In("small"));
        var length = new FileInfo(In("small")).Length;
        Assert.Equal([new CompressedWeight("line.weight", 2, 1, 1, 1, 7)], report.Weights);
        Assert.Equal((8L, length), (report.OriginalBytes, report.FileBytes));
        Assert.Equal(new CompressionFigures(2, 64 / 7.0, 8.0 / length), report.Figures);
        Assert.InRange(length, 13, 40);

        using var loaded = new Line();
        CompressedNetwork.Load(In("small"), loaded);
        Assert.Equal([0.6875f, 0], loaded.state_dict()["line.weight"].data<float>().ToArray());
    }

    [Fact]
    public void RowsAndColumnsOfZerosTakeNextToNothing()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianWide(new Wide());
        using (no_grad())
        {
            var mask = model.state_dict()["hidden.weight.mask"];
            mask.fill_(false);
            mask.narrow(0, 3, 5).narrow(1, 200, 10).fill_(true);
        }

        model.Arena.AdoptState();
        var report = model.SaveCompressed(In("small"), model.ChooseBits(new() { ExtraBits = -4 }));
        var hidden = report.Weights.Single(weight => weight.Key == "hidden.weight");
        Assert.Equal((5L, 10L), (hidden.Rows, hidden.Columns));
        // 64 + 640 + 10 numbers of the rest and 50 of the matrix, none of more than 2 bytes.
        Assert.InRange(report.FileBytes, 100, 2 * 764 + 100);
        AssertSame(
            model.Export(new Wide(), model.ChooseBits(new() { ExtraBits = -4 })), CompressedNetwork.Load(In("small"), new Wide()));
    }

    [Fact]
    public void AByteThatWasChangedIsRefused() => RefusesEveryChange(places: 41);

    [Fact]
    [Trait("Lane", "Slow")]
    public void AByteThatWasChangedIsRefusedAtEveryPlace() => RefusesEveryChange(places: 1);

    private void RefusesEveryChange(int places)
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(1);
        Sparsify(model, 3);
        model.SaveCompressed(In("small"), model.ChooseBits(new() { ExtraBits = -6, PlainBits = 4 }));
        var file = File.ReadAllBytes(In("small"));
        var loaded = new MixedClassifier();
        List<Tensor> before = [.. loaded.state_dict().Values.Select(tensor => tensor.detach().clone())];
        var random = new Random(1);
        for (var at = 0; at < file.Length; at += places)
        {
            var damaged = file.ToArray();
            damaged[at] ^= (byte)(1 << random.Next(8));
            Refused(damaged);
            if (at % 7 == 0)
                Refused(file[..at]);
        }

        Refused([.. file, 0]);
        Refused([.. file, 1]);
        Assert.All(before.Zip(loaded.state_dict().Values), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));

        void Refused(byte[] bytes)
        {
            File.WriteAllBytes(In("damaged"), bytes);
            Assert.Contains("damaged", Assert.Throws<StateFileException>(() => CompressedNetwork.Load(In("damaged"), loaded)).Message);
        }
    }

    [Fact]
    public void RefusesFilesThatDoNotFit()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianWide(new Wide());
        model.SaveCompressed(In("small"));
        var other = Assert.Throws<StateMismatchException>(() => CompressedNetwork.Load(In("small"), new Line()));
        Assert.Equal(["line.weight"], other.Missing);
        Assert.Contains("hidden.weight", other.Unexpected);
        Assert.Equal(
            ["hidden.weight"], Assert.Throws<StateMismatchException>(() => CompressedNetwork.Load(In("small"), new Narrow())).Misshapen);
        Assert.Contains("plain", Assert.Throws<ArgumentException>(() => CompressedNetwork.Load(In("small"), model)).Message);
        Assert.Throws<FileNotFoundException>(() => CompressedNetwork.Load(In("nothing"), new Wide()));

        model.SaveSparse(In("sparse"));
        Assert.Contains("LoadWeights", Refused("sparse"));
        File.WriteAllBytes(In("packed"), [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Assert.Contains("gzip", Refused("packed"));
        var bytes = File.ReadAllBytes(In("small"));
        bytes[3] = 2;
        File.WriteAllBytes(In("newer"), bytes);
        Assert.Contains("version 2", Refused("newer"));
        Assert.Throws<StateFileException>(() => new Wide().LoadWeights(In("small")));

        string Refused(string name) => Assert.Throws<StateFileException>(() => CompressedNetwork.Load(In(name), new Wide())).Message;
    }

    [Fact]
    public void AFileAppearsWholeOrNotAtAll()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        model.SaveCompressed(In("small"));
        var before = File.ReadAllBytes(In("small"));
        using (no_grad())
            model.Posterior.Line.Weight.Mu.fill_(double.NaN);
        Assert.Contains("'line.weight'", Assert.Throws<InvalidOperationException>(() => model.SaveCompressed(In("small"))).Message);
        Assert.Equal(before, File.ReadAllBytes(In("small")));
        Directory.CreateDirectory(In("folder"));
        using (no_grad())
            model.Posterior.Line.Weight.Mu.fill_(1);
        Assert.Throws<IOException>(() => model.SaveCompressed(In("folder")));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder).Length);
    }

    [Fact]
    public void SavingAndLoadingLeaksNoTensor()
    {
        using var model = StateFileTests.Trained(1);
        using var plain = new MixedClassifier();
        void Use()
        {
            model.SaveCompressed(In("small"));
            CompressedNetwork.Load(In("small"), plain);
            model.Export(plain, model.ChooseBits());
        }

        Use();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Use();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void Sparsify(BayesianMixedClassifier model, int seed)
    {
        random.manual_seed(seed);
        using var _ = no_grad();
        foreach (var (_, mask) in model.Arena.StateTensors().Where(entry => entry.Key.EndsWith(".mask", StringComparison.Ordinal)))
        {
            mask.copy_(rand(mask.shape).lt(0.1 + 0.08 * seed));
            if (seed % 2 == 0 && mask.dim() > 1)
                mask.narrow(0, 0, 2).fill_(false);
        }

        model.Arena.AdoptState();
    }

    private static void AssertSame(nn.Module expected, nn.Module found) => Assert.All(
        expected.state_dict(), entry => Assert.True(TensorBits.Same(entry.Value, found.state_dict()[entry.Key]), entry.Key));

    private string In(string name) => Path.Combine(_folder, name);
}

/// <summary>The keys of <see cref="Wide"/> and another size.</summary>
public sealed class Narrow : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Linear hidden = nn.Linear(28 * 27, 64);
    private readonly TorchSharp.Modules.Linear output = nn.Linear(64, 10);

    public Narrow() : base(nameof(Narrow)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x));
}
