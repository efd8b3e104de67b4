namespace BayesGen.Reporting;

/// <summary>
/// Hands the progress of a training to a host through <see cref="IProgress{T}"/>: a window, a web page, a bar in a terminal.
/// </summary>
/// <param name="progress">
/// Is told on the training's thread. A <see cref="Progress{T}"/> carries it on to the thread where it was made.
/// </param>
/// <param name="time">The clock; null is the system's.</param>
public sealed class ProgressReport(IProgress<TrainingProgress> progress, TimeProvider? time = null) : IReport
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private int _epochs;
    private long _begin;
    private long _toldAt;
    private long _examples;
    private StepResult? _first;
    private StepResult? _last;

    /// <summary>
    /// The least time between two steps that are told, 100 ms unless told otherwise; the first step and the end of an epoch always are.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public void OnStart(TrainingInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        _epochs = info.Epochs;
        _begin = _time.GetTimestamp();
        _examples = 0;
        _first = _last = null;
    }

    /// <inheritdoc/>
    public void OnStep(StepResult step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var isFirst = _first is null;
        _first ??= step;
        _last = step;
        _examples += step.Examples;
        if (!isFirst && _time.GetElapsedTime(_toldAt) < Interval)
            return;
        Tell(step, completed: null);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (_last is { } step)
            Tell(step with { StepsPerEpoch = step.StepsPerEpoch ?? step.Step }, epoch);
    }

    private void Tell(StepResult step, EpochResult? completed)
    {
        _toldAt = _time.GetTimestamp();
        var elapsed = _time.GetElapsedTime(_begin, _toldAt);
        // A training that continues with a trained network begins at a later epoch, and a resumed one in the middle of an epoch.
        var begin = _first!;
        double? part = step.StepsPerEpoch is { } steps
            ? Math.Clamp(
                (step.GlobalStep - begin.GlobalStep + 1.0) / ((_epochs - begin.Epoch + 1L) * steps - (begin.Step - 1)), 0, 1)
            : null;
        progress.Report(new TrainingProgress(
            step.Epoch,
            _epochs,
            step.Step,
            step.StepsPerEpoch,
            part,
            elapsed > TimeSpan.Zero ? _examples / elapsed.TotalSeconds : 0,
            elapsed,
            part is > 0 ? elapsed * (1 / part.Value - 1) : null,
            step,
            completed));
    }
}
