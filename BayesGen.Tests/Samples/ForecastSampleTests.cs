using ForecastSample;

namespace BayesGen.Tests.Samples;

/// <summary>What comes out of the sample on series: its command line, its windows, and a line of its table.</summary>
public sealed class ForecastSampleTests
{
    [Fact]
    public void ReadsItsOptions()
    {
        Assert.Equal(new Options(), CommandLine.Read<Options>(Options.Command));
        Assert.Equal(
            new Options(7, 3, "there"), CommandLine.Read<Options>(Options.Command, "--seed", "7", "--epochs", "3", "--out", "there"));
        Assert.Contains("--epochs is a whole number from 1, not '0'.", CommandLine.Errors<Options>(Options.Command, "--epochs", "0"));
    }

    /// <summary>No window looks at the value it forecasts, and no part of a series at the next one.</summary>
    [Fact]
    public void AWindowIsWhatStandsBeforeItsTarget()
    {
        var counting = new Series("counting", [.. Enumerable.Range(0, 100).Select(i => (double)i)]);
        using var first = counting.Part(0, 0.5);
        using var second = counting.Part(0.5, 1);
        Assert.Equal([26, Series.Window, 1], first.Inputs.shape);
        Assert.Equal(50, second.Count);
        Assert.Equal((0, 23, 24), Ends(first, 0));
        Assert.Equal((25, 48, 49), Ends(first, -1));
        Assert.Equal((26, 49, 50), Ends(second, 0));

        static (int First, int Last, int Target) Ends(TensorDataSet part, int row) => (
            (int)part.Inputs[row, 0, 0].item<float>(), (int)part.Inputs[row, -1, 0].item<float>(), (int)part.Targets[row, 0].item<float>());
    }

    [Fact]
    public void TheFiveSeriesAreTheSameForASeedAndStayFinite()
    {
        var (series, again) = (Series.BuiltIn(3), Series.BuiltIn(3));
        Assert.Equal(5, series.Select(one => one.Name).Distinct().Count());
        Assert.All(series.Zip(again), pair => Assert.Equal(pair.First.Values, pair.Second.Values));
        Assert.All(series, one => Assert.All(one.Values, value => Assert.InRange(value, -10, 10)));
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public void AForecastHasCoverageWidthsAndAChart()
    {
        var series = Series.BuiltIn(1)[1];
        var forecast = Forecast.Of(series with { Values = series.Values[..700] }, new Options(Epochs: 4));
        Assert.Equal(231, forecast.Evaluation.Prediction.Count);
        Assert.InRange(forecast.Conformal.Coverage, 0.85, 1);
        Assert.Equal(forecast.Conformal.Coverage, forecast.Band.Lower.Zip(forecast.Band.Upper).Zip(forecast.Evaluation.Targets)
            .Average(row => row.First.First[0] <= row.Second[0] && row.Second[0] <= row.First.Second[0] ? 1 : 0), 1e-12);
        Assert.Equal(Forecast.Head.Split('\n')[1].Length, forecast.Line().Length);
        Assert.Equal(8, forecast.Csv().Split(',').Length);
        using var folder = new TemporaryFolder();
        Assert.True(new FileInfo(forecast.Draw(folder.Root)).Length > 10_000);
    }
}
