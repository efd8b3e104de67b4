using System.Text;

namespace BayesGen.Tests;

public sealed class StateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void SavingAndLoadingGivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        using var saved = Trained(1);
        saved.Prune(new() { [Family.Gaussian] = -1 });
        var path = File("model.safetensors");
        saved.Save(path);
        using var loaded = new BayesianMixedClassifier(new MixedClassifier());
        Assert.Null(loaded.Load(path).Notice);
        Assert.Equal(saved.PruneStatistics().Kept, loaded.PruneStatistics().Kept);
        AssertSame(saved, loaded);
    }

    [Fact]
    public void ASecondProcessGivesTheSameMeansAndTheSameDraws()
    {
        using var scope = NewDisposeScope();
        using var model = Trained(2);
        var path = File("model.safetensors");
        model.Save(path);
        Assert.Equal(StateFileProcess.Fingerprint(model), SecondProcess.Output(StateFileProcess.Argument, path));
    }

    [Fact]
    public void TorchSharpsSaveAndLoadWork()
    {
        using var scope = NewDisposeScope();
        using var saved = Trained(3);
        var path = File("model.dat");
        saved.save(path);
        using var loaded = new BayesianMixedClassifier(new MixedClassifier());
        loaded.load(path);
        AssertSame(saved, loaded);
    }

    [Fact]
    public void KeysDoNotDependOnWhatHappenedToTheModel()
    {
        using var scope = NewDisposeScope();
        using var fresh = new BayesianMixedClassifier(new MixedClassifier());
        var keys = fresh.state_dict().Keys.ToList();
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.Contains(BayesianMixedClassifier.StateKeys.ConvWeightLogAlpha, keys);
        Assert.Contains("norm.running_mean", keys);
        using var used = Trained(4);
        used.Prune(new() { [Family.LogUniform] = 0 });
        used.UseMap();
        Assert.Equal(keys, used.state_dict().Keys);
    }

    [Fact]
    public void AFileOfAnotherNetworkNamesEveryKeyAndChangesNothing()
    {
        using var scope = NewDisposeScope();
        using var other = new BayesianGaussianRegressor(new GaussianRegressor());
        var path = File("other.safetensors");
        other.Save(path);
        using var model = Trained(5);
        var before = StateFileProcess.Fingerprint(model);
        var error = Assert.Throws<StateMismatchException>(() => model.Load(path));
        Assert.Contains("conv.weight.mu", error.Missing);
        Assert.Contains("output.bias.log_sigma", error.Misshapen);
        Assert.Contains("hidden.weight.mu", error.Unexpected);
        Assert.Contains("'output.weight.mu' has shape [1, 5], expected [10, 16]", error.Message);
        Assert.Equal(before, StateFileProcess.Fingerprint(model));
    }

    [Fact]
    public void RefusesEveryTruncationAndAlteration()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        var path = File("line.safetensors");
        model.Save(path);
        var bytes = System.IO.File.ReadAllBytes(path);
        var before = Fingerprint(model);
        for (var length = 0; length < bytes.Length; length++)
            Refused(bytes[..length], $"truncated to {length}");

        var header = 8 + (int)BitConverter.ToInt64(bytes);
        for (var at = header; at < bytes.Length; at++)
            Refused(Flipped(bytes, at), $"data byte {at}");

        // A flipped bit in the header is refused, or it hit the checksum's absence or white space and the same numbers come out.
        for (var at = 0; at < header; at++)
        {
            System.IO.File.WriteAllBytes(path, Flipped(bytes, at));
            try
            {
                model.Load(path);
            }
            catch (Exception error) when (error is StateFileException or StateMismatchException)
            {
            }

            Assert.Equal(before, Fingerprint(model));
        }

        void Refused(byte[] content, string what)
        {
            System.IO.File.WriteAllBytes(path, content);
            var error = Record.Exception(() => model.Load(path));
            Assert.True(error is StateFileException, $"{what}: {error?.GetType().Name ?? "loaded"}");
            Assert.Contains("line.safetensors", error!.Message);
            Assert.Equal(before, Fingerprint(model));
        }

        static string Fingerprint(BayesianLine model) =>
            string.Join(' ', model.state_dict().Values.Select(tensor => Convert.ToHexString(tensor.detach().contiguous().bytes)));
    }

    [Fact]
    public void AForeignFileLoadsWithANotice()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        var header = """
            {"line.weight.mu":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},
             "line.weight.log_sigma":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]},
             "line.weight.mask":{"dtype":"BOOL","shape":[1,2],"data_offsets":[16,18]}}
            """u8;
        var path = File("foreign.safetensors");
        using (var writer = new BinaryWriter(System.IO.File.Create(path)))
        {
            writer.Write((long)header.Length);
            writer.Write(header);
            foreach (var number in (float[])[1.5f, -2, -3, -4])
                writer.Write(number);
            writer.Write((ushort)0x0001);
        }

        Assert.Contains("checksum", model.Load(path).Notice);
        Assert.Equal(-2, model.Posterior.Line.Weight.Mu[0, 1].item<float>());
        Assert.Equal(1, model.PruneStatistics().Kept);
        Assert.Equal(1.5f, model.call(ones(1, 2)).item<float>());
    }

    [Fact]
    public void TheFileIsReadableByAnIndependentReader()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        var path = File("line.safetensors");
        model.Save(path);
        var bytes = System.IO.File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        using var json = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, length));
        var entry = json.RootElement.GetProperty("line.weight.mu");
        Assert.Equal("F32", entry.GetProperty("dtype").GetString());
        var offset = 8 + length + entry.GetProperty("data_offsets")[0].GetInt32();
        Assert.Equal(model.Posterior.Line.Weight.Mu[0, 0].item<float>(), BitConverter.ToSingle(bytes, offset));
    }

    [Fact]
    public void RecurrentAndAttentionLayersTrainSaveAndLoad()
    {
        random.manual_seed(6);
        using var scope = NewDisposeScope();
        using var model = new BayesianReader(new Reader());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 3, LearningRate = 1e-2, ExampleCount = 4 });
        var batch = (tensor(new long[] { 1, 2, 3, 4, 0, 6, 5, 5, 2, 1, 1, 0 }, [4, 3]), tensor(new long[] { 0, 2, 1, 1 }));
        var before = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        trainer.Train(new[] { batch });
        Assert.All(
            model.state_dict().Where(entry => entry.Key.EndsWith(".mu", StringComparison.Ordinal)),
            entry => Assert.False(TensorBits.Same(before[entry.Key], entry.Value), entry.Key));

        var path = File("reader.safetensors");
        model.Save(path);
        using var loaded = new BayesianReader(new Reader());
        loaded.Load(path);
        model.eval();
        loaded.eval();
        using (var first = model.Draw(3))
        using (var second = loaded.Draw(3))
            Assert.True(TensorBits.Same(model.call(batch.Item1), loaded.call(batch.Item1)));
        Assert.True(TensorBits.Same(model.call(batch.Item1), loaded.call(batch.Item1)));
    }

    [Fact]
    public void NamesAMissingFile()
    {
        using var model = new BayesianLine(new Line());
        Assert.Contains("nowhere.safetensors", Assert.Throws<FileNotFoundException>(() => model.Load(File("nowhere.safetensors"))).Message);
    }

    internal static BayesianMixedClassifier Trained(int seed)
    {
        random.manual_seed(seed);
        using var data = SyntheticDigits.Create(64, seed);
        var model = new BayesianMixedClassifier(new MixedClassifier());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, BatchSize = 16, LearningRate = 1e-2 });
        trainer.Train(data);
        return model;
    }

    private static void AssertSame(BayesianMixedClassifier first, BayesianMixedClassifier second) =>
        Assert.Equal(StateFileProcess.Fingerprint(first), StateFileProcess.Fingerprint(second));

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }

    private string File(string name) => Path.Combine(_folder, name);
}
