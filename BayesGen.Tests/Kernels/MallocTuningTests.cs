using System.Globalization;

namespace BayesGen.Tests;

/// <summary>Who only evaluates or predicts keeps large buffers too, and nobody does who says so.</summary>
[Trait("Lane", "Slow")]
public class MallocTuningTests
{
    [Theory]
    [InlineData(MallocTuningProcess.Evaluate)]
    [InlineData(MallocTuningProcess.Predict)]
    [InlineData(MallocTuningProcess.Predictor)]
    public void KeepsLargeBuffersBetweenBatches(string work)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var (kept, left) = (Faults(work, managesMemory: true), Faults(work, managesMemory: false));

        // Every batch fetches more than one buffer of 12,544 pages, or at most the first does, after a sweep.
        Assert.True(left > MallocTuningProcess.Batches * 12_544, $"only {left} pages were fetched: there was nothing to keep");
        Assert.True(kept < left / 3, $"{kept} pages were fetched though memory is kept, and {left} where it is not");
    }

    private static long Faults(string work, bool managesMemory) =>
        long.Parse(SecondProcess.Output(MallocTuningProcess.Argument, work, managesMemory), CultureInfo.InvariantCulture);
}
