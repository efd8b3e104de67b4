using System.Diagnostics;
using System.Security.Cryptography;
using BayesGen.Tests.Support;
using Xunit.Abstractions;

namespace BayesGen.Tests.Resilience;

/// <summary>
/// A damaged file is refused by an error of our own and changes nothing, or what comes out is bit for bit what went in; and it takes no
/// more memory than a file of its size may.
/// </summary>
[Trait("Lane", "Slow")]
[RunsIn(TestGroup.Alone)]
public sealed class ResilienceMutationTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-resilience").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ADamagedStateFileIsRefusedOrReadUnchanged()
    {
        using var saved = ResilienceTraining.Network(3);
        var path = Path.Combine(_folder, "model.safetensors");
        saved.Save(path);
        using var model = ResilienceTraining.Network(4);
        var (refused, harmless) = Damage(
            path, ResilienceScale.Mutations / 2, model, Fingerprint(saved), () => model.Load(path), isSealed: true);
        Report("state file", refused, harmless);
    }

    [Fact]
    public void ADamagedCheckpointIsRefusedOrReadUnchanged()
    {
        var (path, expected) = WriteCheckpoint();
        using var model = ResilienceTraining.Network(4);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options());
        var (refused, harmless) = Damage(
            path, (ResilienceScale.Mutations + 1) / 2, model, expected, () => trainer.Resume(path), isSealed: true);
        Report("checkpoint", refused, harmless);
    }

    [Fact]
    public void RefusesAFileWithAnySingleBitFlipped()
    {
        using var saved = new BayesianLine(new Line());
        var path = Path.Combine(_folder, "line.safetensors");
        saved.Save(path);
        using var model = new BayesianLine(new Line());
        var bytes = File.ReadAllBytes(path);
        var before = Fingerprint(model);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(path, damaged);
            var error = Record.Exception(() => model.Load(path));
            Assert.True(error is StateFileException, $"bit {bit}: {error?.ToString() ?? "loaded"}");
        }

        Assert.Equal(before, Fingerprint(model));
        File.WriteAllBytes(path, bytes);
        Assert.Null(model.Load(path).Notice);
        Assert.Equal(Fingerprint(saved), Fingerprint(model));
    }

    [Fact]
    public void ADamagedForeignFileIsReadLikeAnyForeignFile()
    {
        using var saved = ResilienceTraining.Network(3);
        var path = Path.Combine(_folder, "model.safetensors");
        saved.Save(path);
        File.WriteAllBytes(path, FileMutation.WithoutMetadata(File.ReadAllBytes(path)));
        using var model = ResilienceTraining.Network(4);
        Assert.Contains("checksum", model.Load(path).Notice);
        Assert.Equal(Fingerprint(saved), Fingerprint(model));
        var (refused, _) = Damage(path, ResilienceScale.Mutations / 2, model, Fingerprint(saved), () => model.Load(path), isSealed: false);
        Assert.True(refused > ResilienceScale.Mutations / 8, $"{refused} refused");
    }

    [Fact]
    public void AFileOfThePreviousVersionLoadsWithoutANotice()
    {
        // As versions before this one wrote them: a hash of the data, none of the header.
        using var saved = new BayesianLine(new Line());
        var path = Path.Combine(_folder, "old.safetensors");
        saved.Save(path);
        var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path));
        var start = text.IndexOf("\"bayesgen.header", StringComparison.Ordinal);
        var end = text.IndexOf("\"bayesgen.schema", StringComparison.Ordinal);
        text = text.Remove(start, end - start).Replace("\"bayesgen.version\":\"2\"", "\"bayesgen.version\":\"1\"");
        var bytes = System.Text.Encoding.Latin1.GetBytes(text);
        BitConverter.TryWriteBytes(bytes, BitConverter.ToInt64(bytes) - (end - start));
        File.WriteAllBytes(path, bytes);
        using var model = new BayesianLine(new Line());
        Assert.Null(model.Load(path).Notice);
        Assert.Equal(Fingerprint(saved), Fingerprint(model));
        using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError });
        Assert.Contains("no training", Assert.Throws<StateFileException>(() => trainer.Resume(path)).Message);
    }

    [Fact]
    public void AForgedCheckpointIsRefusedBeforeTorchReadsIt()
    {
        // Whole and sealed, with a state of the generator over which Torch would end the process.
        var (path, _) = WriteCheckpoint();
        using var content = CheckpointFile.Read(path);
        foreach (
            var state in new[] { zeros(5056, ScalarType.Byte, CPU), full(5056, 255, ScalarType.Byte, CPU), zeros(3, ScalarType.Byte, CPU) })
        {
            content.Tensors["random"] = state;
            CheckpointFile.Write(path, content);
            using var model = ResilienceTraining.Network(4);
            using var trainer = model.CreateTrainer(ResilienceTraining.Options());
            Assert.Contains("generator", Assert.Throws<CheckpointMismatchException>(() => trainer.Resume(path)).Message);
        }

        // A condition, a likelihood or the sum of a metric that nobody wrote down is none.
        string[] optional = ["condition.", "likelihood", "epoch.metric.", "epoch.counted."];
        foreach (var name in content.Values.Keys.Where(name => !optional.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))))
            Refused(name, _ => null, "lacks", "incomplete");
        Refused("epochs_done", _ => "many", "expected a whole number");
        Refused("epochs_done", _ => "-3", "expected a count");
        foreach (var name in (string[])[
            "epochs_done", "first_epoch", "roll_backs", "skipped_in_a_row", "source_epoch", "batches_of_epoch", "epoch.step",
            "epoch.skipped"])
            Refused(name, _ => "4294967300", "expected a count");
        foreach (
            var name in (string[])["steps_done", "examples", "noise.calls", "epoch.examples", "epoch.steps", "epoch.step", "epoch.skipped"])
            Refused(name, _ => "-5", "expected a count");
        foreach (var name in (string[])["beta", "rate.damping", "rate.part"])
            foreach (var lie in (string[])["NaN", "Infinity", "-1"])
                Refused(name, _ => lie, "expected a finite number");

        void Refused(string name, Func<string, string?> change, params string[] expected)
        {
            var (forged, _) = WriteCheckpoint();
            using var read = CheckpointFile.Read(forged);
            var value = change(read.Values[name]);
            read.Values.Remove(name);
            if (value is not null)
                read.Values.Add(name, value);
            CheckpointFile.Write(forged, read);
            using var model = ResilienceTraining.Network(4);
            using var trainer = model.CreateTrainer(ResilienceTraining.Options());
            var before = Fingerprint(model);
            var error = Assert.Throws<CheckpointMismatchException>(() => trainer.Resume(forged));
            Assert.True(expected.Any(error.Message.Contains), $"{name}: {error.Message}");
            Assert.Equal(before, Fingerprint(model));
        }
    }

    private (int Refused, int Harmless) Damage(
        string path, int count, IBayesianNetwork model, string expected, Action load, bool isSealed)
    {
        var bytes = File.ReadAllBytes(path);
        var random = new Random(20260702);
        var initial = Saved(model);
        var before = Fingerprint(model);
        var (refused, harmless) = (0, 0);
        using var process = Process.GetCurrentProcess();
        var resident = process.WorkingSet64;
        for (var i = 0; i < count; i++)
        {
            var (name, damaged) = FileMutation.Apply(bytes, i, random);
            File.WriteAllBytes(path, damaged);
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var error = Record.Exception(load);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated < 16 * damaged.Length + (4 << 20), $"{i}, {name}: {allocated} bytes for a file of {damaged.Length}");
            if (error is not null)
            {
                Assert.True(
                    error is StateFileException or StateMismatchException or CheckpointMismatchException, $"{i}, {name}: {error}");
                Assert.Equal(before, Fingerprint(model));
                refused++;
                continue;
            }

            if (isSealed)
                Assert.True(expected == Fingerprint(model), $"{i}, {name}: something else was loaded");
            harmless++;
            Restore(model, initial);
            Assert.Equal(before, Fingerprint(model));
        }

        process.Refresh();
        Assert.True(
            process.WorkingSet64 < resident + (300L << 20), $"resident set from {resident >> 20} to {process.WorkingSet64 >> 20} MB");
        return (refused, harmless);
    }

    private void Report(string what, int refused, int harmless)
    {
        output.WriteLine(
            $"{refused + harmless} mutations of a {what}, {FileMutation.Kinds} kinds: {refused} refused, {harmless} without effect.");
        Assert.True(refused + harmless >= (ResilienceScale.IsFull ? 500 : 75));
        Assert.True(harmless * 20 < refused, $"{harmless} of {refused + harmless} without effect");
    }

    private (string Path, string Expected) WriteCheckpoint()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"))).FullName;
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        using var source = new CancellationTokenSource();
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder) with
        {
            Hooks = [(_, step) => { if (step.GlobalStep == 17) source.Cancel(); }],
        });
        Assert.Throws<OperationCanceledException>(() => trainer.Train(data, data, source.Token));
        return (ResilienceTraining.Checkpoint(folder, 17), Fingerprint(model));
    }

    private static List<byte[]> Saved(IBayesianNetwork model) =>
        [.. model.Arena.StateTensors().Select(entry => entry.Value.detach().contiguous().bytes.ToArray())];

    private static void Restore(IBayesianNetwork model, List<byte[]> saved)
    {
        foreach (var ((_, tensor), bytes) in model.Arena.StateTensors().Zip(saved))
        {
            using var plain = tensor.detach();
            bytes.CopyTo(plain.bytes);
        }

        model.Arena.AdoptState();
    }

    private static string Fingerprint(IBayesianNetwork model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var bytes in Saved(model))
            hash.AppendData(bytes);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
