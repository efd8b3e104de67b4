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

    private static string Line(EpochResult epoch)
    {
        using var writer = new StringWriter();
        new TextReport(writer).OnEpoch(epoch);
        return writer.ToString();
    }
}
