using BayesGen.Reporting;
using Spectre.Console;

namespace BayesGen;

/// <summary>
/// Shows a training in the terminal: at the bottom a bar with epoch, batch, rate and time left over the loss parts and metrics of the
/// last step, above it one line per epoch that stays, on several rows where the terminal is narrow. Where the output is no terminal, or the
/// environment variable <c>NO_COLOR</c> is set, only the plain lines of <see cref="TextReport"/> are written, so that a log file gets no
/// control codes.
/// </summary>
/// <remarks>
/// Dispose it when the training has ended, also by an exception: <c>using var report = new ConsoleReport();</c>. A training that ends by
/// itself takes the bar away by itself. While the bar is shown, write through the same <see cref="IAnsiConsole"/>, which keeps it at the
/// bottom.
/// </remarks>
public sealed class ConsoleReport : IReport, IDisposable
{
    private readonly IAnsiConsole _console;
    private readonly IReport _lines;
    private readonly ProgressReport _progress;
    private LiveBar? _bar;

    /// <summary>A display on a console.</summary>
    /// <param name="console">The console; null is that of the process.</param>
    /// <param name="time">The clock; null is the system's.</param>
    public ConsoleReport(IAnsiConsole? console = null, TimeProvider? time = null)
        : this(console ?? AnsiConsole.Console, time, Environment.GetEnvironmentVariable("NO_COLOR"))
    {
    }

    internal ConsoleReport(IAnsiConsole console, TimeProvider? time, string? noColor)
    {
        _console = console;
        _progress = new ProgressReport(new Bar(this), time);
        var profile = console.Profile;
        // no-color.org: whatever its content, unless it is empty.
        IsLive = string.IsNullOrEmpty(noColor) && profile.Out.IsTerminal && profile.Capabilities is { Ansi: true, Interactive: true };
        _lines = new TextReport(new ConsoleWriter(console, IsLive));
    }

    /// <summary>Whether there is a bar: the output is a terminal that can move its cursor, and NO_COLOR is not set.</summary>
    public bool IsLive { get; }

    /// <inheritdoc/>
    public bool NeedsSteps => IsLive;

    /// <inheritdoc/>
    public void OnStart(TrainingInfo info)
    {
        Dispose();
        _lines.OnStart(info);
        _progress.OnStart(info);
        if (IsLive)
            _bar = new LiveBar(_console);
    }

    /// <inheritdoc/>
    public void OnStep(StepResult step)
    {
        if (IsLive)
            _progress.OnStep(step);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch)
    {
        _lines.OnEpoch(epoch);
        if (IsLive)
            _progress.OnEpoch(epoch);
    }

    /// <inheritdoc/>
    public void OnNotice(string notice) => _lines.OnNotice(notice);

    /// <inheritdoc/>
    public void OnFinish(TrainingResult training) => Dispose();

    /// <summary>Takes the bar away and gives the cursor back. The report can be used again.</summary>
    public void Dispose()
    {
        _bar?.Dispose();
        _bar = null;
    }

    private sealed class Bar(ConsoleReport report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report._bar?.Show(value);
    }
}
