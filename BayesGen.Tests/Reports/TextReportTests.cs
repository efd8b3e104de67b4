using System.Globalization;

namespace BayesGen.Tests.Reports;

/// <summary>A line says what kind of number each is, and nothing that says nothing.</summary>
public class TextReportTests
{
    [Fact]
    public void ALineNamesSamplesAndMeanAndOmitsWhatIsMissing()
    {
        var line = Line(Told.Epoch(1));
        Assert.Contains("draws: fit 0.0333", line);
        Assert.Contains("validation at the mean: fit 0.6000", line);
        Assert.DoesNotContain("NaN", line);
        Assert.DoesNotContain("kept", line);
    }

    [Fact]
    public void ALineOfAPrunedNetworkShowsThePartKept()
    {
        var epoch = Told.Epoch(1);
        Assert.Contains("kept ", Line(epoch with { Validation = Told.Evaluation(0.5, kept: 0.5) with { State = WeightState.Map } }));
        Assert.Contains("at the MAP", Line(epoch with { Validation = epoch.Validation! with { State = WeightState.Map, Elbo = -1 } }));
        Assert.Contains("ELBO -1.0000", Line(epoch with { Validation = epoch.Validation! with { Elbo = -1 } }));
    }

    /// <summary>A small table makes a thousand epochs: nobody reads as many lines.</summary>
    [Fact]
    public void ALongTrainingWritesSomeFiftyLines()
    {
        Assert.Equal([1, 20, 40, 60], Written(writer => new TextReport(writer), epochs: 1000, last: 1000)[..4]);
        Assert.Equal(51, Written(writer => new TextReport(writer), epochs: 1000, last: 1000).Length);
        Assert.Equal(100, Written(writer => new TextReport(writer), epochs: 100, last: 100).Length);
        Assert.Equal([1, 5, 10, 12], Written(writer => new TextReport(writer) { EveryEpochs = 5 }, epochs: 12, last: 12));
    }

    [Fact]
    public void TheFirstAndLastEpochOfAPartOfATrainingAreWritten()
    {
        Assert.Equal([7, 10, 13], Written(writer => new TextReport(writer) { EveryEpochs = 5 }, epochs: 200, last: 13, first: 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextReport(TextWriter.Null) { EveryEpochs = 0 }.NeedsSteps);
    }

    private static int[] Written(Func<TextWriter, TextReport> make, int epochs, int last, int first = 1)
    {
        using var writer = new StringWriter();
        var report = make(writer);
        report.OnStart(new TrainingInfo(epochs, Examples: 10, BayesianWeights: 1, AllWeights: 1, "ELBO"));
        for (var i = first; i <= last; i++)
            report.OnEpoch(Told.Epoch(1) with { Epoch = i, Epochs = epochs });
        report.OnFinish(new TrainingResult([], TimeSpan.Zero));
        return [.. writer.ToString().Split('\n').Where(line => line.StartsWith("epoch ", StringComparison.Ordinal))
            .Select(line => int.Parse(line[6..line.IndexOf('/', StringComparison.Ordinal)], CultureInfo.InvariantCulture))];
    }

    private static string Line(EpochResult epoch)
    {
        using var writer = new StringWriter();
        new TextReport(writer).OnEpoch(epoch);
        return writer.ToString();
    }
}
