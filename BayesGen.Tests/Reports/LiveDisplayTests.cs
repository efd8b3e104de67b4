using Spectre.Console;

namespace BayesGen.Tests.Reports;

/// <summary>What is on the screen when lines of epochs go past the bar: every line whole, and nothing of the bar among them.</summary>
public sealed class LiveDisplayTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(170)]
    [InlineData(250)]
    public void EveryEpochLineIsCompleteAtEveryWidth(int width)
    {
        using var plain = new StringWriter();
        Train(new TextReport(plain));
        var terminal = new Terminal(width);
        using (var report = new ConsoleReport(terminal.Console, null, noColor: null))
            Train(report);

        var rows = Screen.Of(terminal.Written, width);
        Assert.Equal(Words(plain.ToString()), Words(string.Join(' ', rows)));
        Assert.All(rows, row => Assert.True(row.Length < width, row));
        // A row that begins a line is not indented, so that epochs stand out.
        Assert.Equal(2, rows.Count(row => row.StartsWith("epoch ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(120)]
    public void TheBarIsCompleteBelowTheLines(int width)
    {
        var terminal = new Terminal(width);
        var clock = new StandingClock();
        using var report = new ConsoleReport(terminal.Console, clock, noColor: null);
        report.OnStart(Told.Start);
        report.OnStep(Told.Step(1, 1, 1));
        report.OnEpoch(Told.Epoch(1));
        // The bar is redrawn several times a second.
        clock.Pass(TimeSpan.FromSeconds(1));
        report.OnStep(Told.Step(2, 1, 11));
        var rows = Screen.Of(terminal.Written, width).Where(row => row.Length > 0).ToList();
        Assert.StartsWith("epoch 2/2  batch 1/10", rows[^2]);
        Assert.StartsWith("fit 0.5000  KL 2,500  beta 0.25", rows[^1]);
        Assert.Single(rows, row => row.Contains("batch", StringComparison.Ordinal));
    }

    [Fact]
    public void ANoticeBreaksBetweenWordsAndContainsNoControlCharacters()
    {
        const string Notice =
            "notice: the checkpoint '\u001b[2J\u0007evil' is not whole and is left where it is; the one before it is read";
        var rows = WrappedLine.Rows(Notice, 30).ToList();
        Assert.All(rows, row => Assert.InRange(row.Length, 1, 30));
        Assert.DoesNotContain(rows, row => row.Any(char.IsControl));
        Assert.Equal(Notice.Replace('\u001b', '·').Replace('\u0007', '·').Split(' '), Words(string.Join(' ', rows)));
    }

    [Theory]
    [InlineData("x", 1)]
    [InlineData("a word of more letters than there are columns: Donaudampfschiffahrt", 7)]
    [InlineData("地層の名前は二桁の幅がある", 8)]
    [InlineData("😀😀😀😀", 3)]
    [InlineData("", 10)]
    public void NoTextIsLostOnANarrowTerminal(string text, int width)
    {
        var rows = WrappedLine.Rows(text, width).ToList();
        Assert.Equal(text.Replace(" ", ""), string.Concat(rows).Replace(" ", ""));
        Assert.All(rows, row => Assert.InRange(new Spectre.Console.Rendering.Segment(row).CellCount(), 0, Math.Max(width, 2)));
    }

    private static string[] Words(string text) => text.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Steps whose second line is as wide as the terminal lets it be, and epochs with a validation.</summary>
    private static void Train(IReport report)
    {
        report.OnStart(Told.Start);
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            for (var step = 1; step <= 3; step++)
            {
                var told = Told.Step(epoch, step, step);
                report.OnStep(told with
                {
                    Metrics = Enumerable.Range(0, 12).ToDictionary(i => $"measure{i}", i => i * 0.1),
                });
            }

            report.OnEpoch(Told.Epoch(epoch));
        }

        report.OnFinish(Told.Finish());
    }
}
