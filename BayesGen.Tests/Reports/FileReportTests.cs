using System.Globalization;
using System.Text.Json;

namespace BayesGen.Tests.Reports;

/// <summary>What JSON Lines, CSV and TensorBoard reports write, read back.</summary>
public sealed class FileReportTests
{
    [Fact]
    public void EachLineOfJsonIsAnObjectWithAnEvent()
    {
        using var writer = new StringWriter();
        using (var report = new JsonLinesReport(writer) { Steps = true })
            Told.Tell(report);

        var lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(
            ["start", "step", "step", "epoch", "step", "step", "epoch", "finish"],
            lines.Select(line => line.GetProperty("event").GetString()!));
        Assert.Equal(1000, lines[0].GetProperty("examples").GetInt64());
        var epoch = lines[3];
        Assert.Equal(0.1 / 3, epoch.GetProperty("fit").GetDouble());
        Assert.Equal(0.75, epoch.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Equal("NaN", epoch.GetProperty("validation").GetProperty("elbo").GetString());
        Assert.Equal(1.5, epoch.GetProperty("seconds").GetDouble());
    }

    [Fact]
    public void LeavesOutStepsAndValidationWhereThereAreNone()
    {
        using var writer = new StringWriter();
        var report = new JsonLinesReport(writer);
        report.OnStart(Told.Start with { Examples = null });
        report.OnStep(Told.Step(1, 1, 1));
        report.OnEpoch(Told.Epoch(1, withValidation: false));
        var lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(lines[0]).RootElement.GetProperty("examples").ValueKind);
        Assert.False(JsonDocument.Parse(lines[1]).RootElement.TryGetProperty("validation", out JsonElement _));
    }

    [Fact]
    public void FlushesEachLine()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "run.jsonl");
        using (var report = new JsonLinesReport(path))
        {
            report.OnEpoch(Told.Epoch(1));
            using var present = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            Assert.EndsWith("}\n", present.ReadToEnd());
        }

        using (var report = new JsonLinesReport(path, append: true))
            report.OnEpoch(Told.Epoch(2));
        Assert.Equal(2, File.ReadAllLines(path).Length);
    }

    [Fact]
    public void ContinuesAFileWithACutLastLineOnANewLine()
    {
        using var folder = new TemporaryFolder();
        var (json, csv) = (Path.Combine(folder.Root, "run.jsonl"), Path.Combine(folder.Root, "run.csv"));
        using (var report = new JsonLinesReport(json))
            report.OnEpoch(Told.Epoch(1));
        using (var report = new CsvReport(csv))
            report.OnEpoch(Told.Epoch(1));
        File.AppendAllText(json, "{\"event\":\"ep");
        File.AppendAllText(csv, "2,0.7");
        using (var report = new JsonLinesReport(json, append: true))
            report.OnEpoch(Told.Epoch(2));
        using (var report = new CsvReport(csv, append: true))
            report.OnEpoch(Told.Epoch(2));
        Assert.Equal(2, JsonDocument.Parse(File.ReadAllLines(json)[^1]).RootElement.GetProperty("epoch").GetInt32());
        Assert.Equal(File.ReadAllLines(csv)[0].Split(',').Length, File.ReadAllLines(csv)[^1].Split(',').Length);
        Assert.Equal([3, 4], new[] { json, csv }.Select(path => File.ReadAllLines(path).Length));
    }

    [Fact]
    public void EscapesAMetricNamedLikeAFormula()
    {
        using var writer = new StringWriter();
        using var report = new CsvReport(writer);
        report.OnEpoch(Told.Epoch(1, metric: "=HYPERLINK(0)"));
        Assert.Contains("'=HYPERLINK(0)", writer.ToString().Split('\n')[0].Split(','));
    }

    [Fact]
    public void CsvColumnsDoNotDependOnTheCulture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            // A culture whose decimal sign is the separator of columns.
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            using var writer = new StringWriter { NewLine = "\n" };
            using (var report = new CsvReport(writer))
            {
                report.OnEpoch(Told.Epoch(1, withValidation: false));
                report.OnEpoch(Told.Epoch(2));
            }

            Assert.Equal(
                "epoch,total,fit,divergence,elbo,beta,learning_rate,accuracy,validation_total,validation_fit,validation_divergence,"
                + "validation_elbo,validation_accuracy,validation_kept,seconds\n"
                + "1,1.5,0.03333333333333333,2500,-3.25,0.25,0.004,0.75,,,,,,,1.5\n"
                + "2,0.75,0.03333333333333333,2500,-3.25,0.25,0.004,0.75,1.75,0.6,2400,NaN,0.625,1000,1.5\n",
                writer.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void QuotesANameWithCommasAndQuotes()
    {
        using var writer = new StringWriter();
        new CsvReport(writer).OnEpoch(Told.Epoch(1, metric: "top \"5\", all"));
        Assert.Contains(",\"top \"\"5\"\", all\",validation_total", writer.ToString());
        Assert.Contains(",\"validation_top \"\"5\"\", all\",validation_kept", writer.ToString());
    }

    [Fact]
    public void RefusesAMetricWithoutAColumn()
    {
        using var writer = new StringWriter();
        var report = new CsvReport(writer);
        report.OnEpoch(Told.Epoch(1));
        var error = Assert.Throws<InvalidOperationException>(() => report.OnEpoch(Told.Epoch(2, metric: "loss")));
        Assert.Contains("'loss'", error.Message);
    }

    [Fact]
    public void ContinuesAFileOnlyUnderTheSameHeader()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "run.csv");
        using (var report = new CsvReport(path))
            report.OnEpoch(Told.Epoch(1));
        using (var report = new CsvReport(path, append: true))
            report.OnEpoch(Told.Epoch(2));
        Assert.Equal(["epoch", "1", "2"], File.ReadAllLines(path).Select(line => line.Split(',')[0]));

        using (var report = new CsvReport(path, append: true))
            Assert.Contains(path, Assert.Throws<InvalidOperationException>(() => report.OnEpoch(Told.Epoch(3, metric: "loss"))).Message);
        Assert.Equal(3, File.ReadAllLines(path).Length);
    }

    [Fact]
    public void TensorBoardReadsTheScalars()
    {
        using var folder = new TemporaryFolder();
        Told.Tell(new TensorBoardReport(Path.Combine(folder.Root, "run")));

        var scalars = EventFile.Scalars(Path.Combine(folder.Root, "run"));
        Assert.Equal([(1L, 1.5f), (2L, 0.75f)], scalars["loss/total"]);
        Assert.Equal([(1L, 0.25f), (2L, 0.25f)], scalars["beta"]);
        Assert.Equal([(1L, 0.75f), (2L, 0.75f)], scalars["metric/accuracy"]);
        Assert.Equal([(1L, 0.625f), (2L, 0.625f)], scalars["validation/metric/accuracy"]);
        Assert.DoesNotContain(scalars.Keys, tag => tag.StartsWith("step/", StringComparison.Ordinal));
    }

    [Fact]
    public void TensorBoardGetsStepsWhereAskedFor()
    {
        using var folder = new TemporaryFolder();
        Told.Tell(new TensorBoardReport(folder.Root) { Steps = true });
        Assert.Equal([1L, 2L, 3L, 4L], EventFile.Scalars(folder.Root)["step/loss/fit"].Select(value => value.Step));
    }
}
