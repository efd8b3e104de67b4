using System.Globalization;
using BayesGen.Reporting;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BayesGen;

/// <summary>The two lines at the bottom of a terminal while a training runs.</summary>
internal sealed class LiveBar : IDisposable
{
    private const int WidestBar = 30;
    private const int NarrowestBar = 10;

    private readonly IAnsiConsole _console;
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LiveDisplayContext> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _display;

    public LiveBar(IAnsiConsole console)
    {
        _console = console;
        // On the pool, since a host's synchronization context could not run the end of the display while it waits for it.
        _display = Task.Run(() => console.Live(new Text("")).AutoClear(true).StartAsync(async context =>
        {
            _begun.SetResult(context);
            await _end.Task.ConfigureAwait(false);
        }));
        // Whichever comes first: the display may fail, for instance where another one is alive on this console.
        Task.WhenAny(_begun.Task, _display).GetAwaiter().GetResult();
        if (!_begun.Task.IsCompleted)
            _display.GetAwaiter().GetResult();
    }

    public void Show(TrainingProgress progress)
    {
        var context = _begun.Task.Result;
        context.UpdateTarget(Lines(progress, _console.Profile.Width));
        context.Refresh();
    }

    public void Dispose()
    {
        _end.TrySetResult();
        _display.GetAwaiter().GetResult();
    }

    /// <summary>What is shown, within a width.</summary>
    internal static IRenderable Lines(TrainingProgress progress, int width)
    {
        var of = progress.StepsPerEpoch is { } steps ? string.Create(CultureInfo.InvariantCulture, $"/{steps}") : "";
        var head = string.Create(CultureInfo.InvariantCulture, $"epoch {progress.Epoch}/{progress.Epochs}  batch {progress.Step}{of}  ");
        var part = progress.Fraction is { } fraction ? string.Create(CultureInfo.InvariantCulture, $" {fraction * 100,3:F0} %") : "";
        var left = progress.Remaining is { } remaining ? $"  left {Clock(remaining)}" : $"  for {Clock(progress.Elapsed)}";
        var rate = string.Create(CultureInfo.InvariantCulture, $"  {progress.ExamplesPerSecond:N0} ex/s");
        // One column stays free: a terminal breaks a line that fills it. What matters least goes first where there is no room.
        var room = width - 1 - head.Length;
        var tail = new[] { part + left + rate, part + left, left, "" }.First(text => text.Length <= room || text.Length == 0);
        room -= tail.Length;
        var first = new Paragraph();
        first.Append(head[..Math.Min(head.Length, width - 1)], new Style(decoration: Decoration.Bold));
        if (room >= NarrowestBar)
        {
            var length = Math.Min(room, WidestBar);
            var done = (int)Math.Round((progress.Fraction ?? 0) * length);
            first.Append(new string('━', done), new Style(Color.DodgerBlue1));
            first.Append(new string('━', length - done), new Style(Color.Grey35));
        }

        first.Append(tail);

        var step = progress.Last;
        var values = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"fit {step.Fit:F4}"),
            string.Create(CultureInfo.InvariantCulture, $"KL {step.Divergence:N0}"),
            string.Create(CultureInfo.InvariantCulture, $"beta {step.Beta:G3}"),
            string.Create(CultureInfo.InvariantCulture, $"total {step.Total:F4}"),
        };
        values.AddRange(step.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:F4}")));
        // What does not fit is left out from the end, rather than broken into a third line.
        while (values.Count > 1 && values.Sum(value => value.Length + 2) > width - 1)
            values.RemoveAt(values.Count - 1);
        return new Rows(first.Overflow(Overflow.Crop), new Text(string.Join("  ", values), new Style(Color.Grey)).Overflow(Overflow.Crop));
    }

    private static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
