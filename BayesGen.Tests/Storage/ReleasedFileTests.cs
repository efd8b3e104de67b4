namespace BayesGen.Tests;

/// <summary>Files of earlier releases keep loading, and give what they gave.</summary>
public sealed class ReleasedFileTests
{
    [Theory]
    [InlineData("0.1.0")]
    public void AStateFileOfAnEarlierReleaseGivesTheSameOutputs(string release)
    {
        using var scope = NewDisposeScope();
        using var model = ReleasedFiles.Network(2);
        Assert.Null(model.Load(Path.Combine(ReleasedFiles.Folder(release), ReleasedFiles.State)).Notice);
        var expected = ReleasedFiles.Read(release);
        AssertClose(expected.Means, ReleasedFiles.Means(model), 1e-5);
        AssertClose(expected.Drawn, ReleasedFiles.Drawn(model), 1e-5);
    }

    [Theory]
    [InlineData("0.1.0")]
    public void ACheckpointOfAnEarlierReleaseContinuesWithTheSameLosses(string release)
    {
        using var scope = NewDisposeScope();
        using var data = ReleasedFiles.Data();
        using var model = ReleasedFiles.Network(2);
        using var trainer = ReleasedFiles.Trainer(model);
        var resumed = trainer.Resume(Path.Combine(ReleasedFiles.Folder(release), ReleasedFiles.Checkpoint));
        Assert.Equal(ReleasedFiles.EpochsBefore + 1, resumed.Epoch);
        Assert.DoesNotContain(resumed.Notices, notice => notice.Contains("schedule", StringComparison.Ordinal));
        var epochs = trainer.Train(data).Epochs;
        var expected = ReleasedFiles.Read(release).Epochs;
        Assert.Equal(expected.Length, epochs.Count);
        foreach (var (numbers, epoch) in expected.Zip(epochs))
            AssertClose(numbers, [epoch.Fit, epoch.Divergence, epoch.Beta], 1e-3);
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (wanted, found) in expected.Zip(actual))
            Assert.InRange(found, wanted - tolerance * (1 + Math.Abs(wanted)), wanted + tolerance * (1 + Math.Abs(wanted)));
    }
}
