using BayesGen.Data;

namespace BayesGen.Tests.Resilience;

/// <summary>The lives of a training, for tests: a folder for each training, one life after another in it.</summary>
public abstract class ResilienceLives : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-survival").FullName;
    private int _runs;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected void EndsAsUndisturbed(Func<string, TrainerOptions> options, int step, Func<BatchSource>? source = null)
    {
        var expected = Run(options, source);
        var folder = NewFolder();
        var epochs = RunOn(options(folder), step, source);
        epochs.AddRange(RunOn(options(folder), int.MaxValue, source));
        Assert.Equal(expected.Epochs, epochs);
        AssertSameEnd(expected.Folder, folder);
    }

    protected (string Folder, List<string> Epochs) Run(Func<string, TrainerOptions> options, Func<BatchSource>? source = null)
    {
        var folder = NewFolder();
        var epochs = RunOn(options(folder), int.MaxValue, source);
        Assert.Equal(ResilienceTraining.Epochs, epochs.Count);
        return (folder, epochs);
    }

    /// <summary>One life of a training: from the start or the last checkpoint on, until after a step or to the end.</summary>
    protected List<string> RunOn(TrainerOptions options, int stop, Func<BatchSource>? source = null)
    {
        using var data = ResilienceTraining.Data();
        using var validation = ResilienceTraining.Data(2);

        // The first life begins with one network, a later one with whatever it may be.
        var isNew = !Directory.EnumerateFiles(options.Checkpoints!.Folder).Any();
        using var model = ResilienceTraining.Network(isNew ? 3 : 100 + stop % 1000);
        using var cancellation = new CancellationTokenSource();
        var epochs = new EpochTexts();
        using var trainer = model.CreateTrainer(options with
        {
            Report = epochs,
            Hooks = [.. options.Hooks, (_, step) => { if (step.GlobalStep == stop) cancellation.Cancel(); }],
        });
        var report = trainer.TryResume(options.Checkpoints.Folder);
        Assert.Equal(isNew, report is null);
        Assert.Empty(report?.Notices ?? []);
        random.manual_seed(isNew ? 5 : 6);
        try
        {
            trainer.Train(source?.Invoke() ?? data, validation, cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.NotEqual(int.MaxValue, stop);
        }

        return epochs.All;
    }

    protected void AssertSameEnd(string expected, string actual)
    {
        Assert.Equal(File.ReadAllBytes(ResilienceTraining.LastFile(expected)), File.ReadAllBytes(ResilienceTraining.LastFile(actual)));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(expected, "best.safetensors")), File.ReadAllBytes(Path.Combine(actual, "best.safetensors")));
    }

    protected string NewFolder() => Directory.CreateDirectory(Path.Combine(_folder, $"run{_runs++}")).FullName;

    protected static TrainerOptions Saved(string folder) => ResilienceTraining.Options(folder);
}
