using System.Text;
using Spectre.Console;

namespace BayesGen.Tests.Reports;

/// <summary>A bar in a terminal, plain lines everywhere else.</summary>
public sealed class ConsoleReportTests
{
    private const char Escape = '\u001b';

    [Fact]
    public void AFileGetsTheLinesOfATextReport()
    {
        using var plain = new StringWriter();
        Told.Tell(new TextReport(plain));

        using var file = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(file) });
        using (var report = new ConsoleReport(console, null, noColor: null))
        {
            Assert.False(report.IsLive);
            Told.Tell(report);
        }

        Assert.Equal(plain.ToString(), file.ToString());
        Assert.DoesNotContain(Escape, file.ToString());
    }

    [Fact]
    public void ATerminalGetsABarAndTheLinesAboveIt()
    {
        var terminal = new Terminal(80);
        using (var report = new ConsoleReport(terminal.Console, null, noColor: null))
        {
            Assert.True(report.IsLive);
            Told.Tell(report);
            // The training is over: what is written now is not part of the display.
            terminal.Console.WriteLine("afterward");
        }

        var text = terminal.Written;
        Assert.Contains("epoch 1/2  batch 1/2", text);
        Assert.Contains("━", text);
        Assert.Contains("left ", text);
        Assert.Contains("KL 2,500", text);
        Assert.Contains("validation", text);
        // The cursor is hidden while the bar is there and shown at its end.
        Assert.Equal(Count(text, "\u001b[?25l"), Count(text, "\u001b[?25h"));
        Assert.True(text.LastIndexOf("\u001b[?25h", StringComparison.Ordinal) < text.IndexOf("afterward", StringComparison.Ordinal));
    }

    [Fact]
    public void AFailedTrainingRestoresTheTerminal()
    {
        var terminal = new Terminal(80);
        using (var report = new ConsoleReport(terminal.Console, null, noColor: null))
        {
            report.OnStart(Told.Start);
            report.OnStep(Told.Step(1, 1, 1));
        }

        Assert.Equal(Count(terminal.Written, "\u001b[?25l"), Count(terminal.Written, "\u001b[?25h"));
        // The console can show something else now, which it refuses while a display is alive.
        terminal.Console.Live(new Text("next")).Start(_ => { });
        Assert.Contains("next", terminal.Written);
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("0", false)]
    [InlineData("", true)]
    public void NoColorTurnsTheBarOff(string noColor, bool isLive)
    {
        var terminal = new Terminal(80);
        using var report = new ConsoleReport(terminal.Console, null, noColor);
        Assert.Equal(isLive, report.IsLive);
        Told.Tell(report);
        Assert.Equal(isLive, terminal.Written.Contains('━'));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void BothLinesFitTheTerminal(int width)
    {
        var progress = new TrainingProgress(
            12, 100, 345, 1234, 0.5, 12_345, TimeSpan.FromMinutes(75), TimeSpan.FromMinutes(80), Told.Step(12, 345, 14_000), null);
        var terminal = new Terminal(width);
        terminal.Console.Write(LiveBar.Lines(progress, width));
        var lines = Plain(terminal.Written).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.True(line.TrimEnd('\r').Length < width, $"{line.Length} of {width}: {line}"));
        Assert.StartsWith("epoch 12/100  batch 345/1234", lines[0]);
        Assert.StartsWith("fit 0.5000", lines[1]);
    }

    private static int Count(string text, string part) =>
        (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;

    private static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, "\u001b\\[[0-9;?]*[A-Za-z]", "");
}
