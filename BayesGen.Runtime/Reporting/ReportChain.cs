using System.Runtime.ExceptionServices;

namespace BayesGen.Reporting;

/// <summary>Several reports as one, told in order.</summary>
/// <remarks>
/// A full disk under a log file must not cost a night of training. So a report that throws is told nothing from then on, while the
/// others and the training continue; it is not passed over in silence: it stands in <see cref="Failures"/>, and <see cref="OnFailure"/> is
/// called at once, which writes to standard error unless told otherwise, if that can be written. An
/// <see cref="OperationCanceledException"/> is let through: a report may end a training. A report that is used without a chain ends the
/// training with whatever it throws.
/// </remarks>
/// <param name="reports">The reports. The chain disposes those that are disposable.</param>
public sealed class ReportChain(params IReadOnlyList<IReport> reports) : IReport, IDisposable
{
    private readonly List<IReport> _working = [.. reports];
    private readonly List<ReportFailure> _failures = [];

    /// <summary>The reports that threw, in order.</summary>
    public IReadOnlyList<ReportFailure> Failures => _failures;

    /// <summary>Is told of a report that threw. May throw itself, which ends the training.</summary>
    public Action<ReportFailure> OnFailure { get; init; } = WriteToError;

    /// <inheritdoc/>
    public bool NeedsSteps => _working.Exists(report => report.NeedsSteps);

    /// <inheritdoc/>
    public void OnStart(TrainingInfo info) => Tell(report => report.OnStart(info));

    /// <inheritdoc/>
    public void OnStep(StepResult step) => Tell(report => report.OnStep(step));

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch) => Tell(report => report.OnEpoch(epoch));

    /// <inheritdoc/>
    public void OnNotice(string notice) => Tell(report => report.OnNotice(notice));

    /// <inheritdoc/>
    public void OnFinish(TrainingResult training) => Tell(report => report.OnFinish(training));

    /// <summary>
    /// Disposes the reports of the chain that are disposable, also those that failed; what is thrown meanwhile is thrown after.
    /// </summary>
    public void Dispose()
    {
        ExceptionDispatchInfo? thrown = null;
        foreach (var report in reports)
        {
            try
            {
                Dispose(report);
            }
            catch (Exception exception)
            {
                thrown ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        thrown?.Throw();
    }

    private static void WriteToError(ReportFailure failure)
    {
        try
        {
            Console.Error.WriteLine(
                $"{failure.Report.GetType().Name} failed and gets no more reports; the training continues. "
                + $"{failure.Exception.GetType().Name}: {failure.Exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // The disk under standard error is as full as the one under the report. Failures keeps what happened.
        }
    }

    private void Dispose(IReport report)
    {
        try
        {
            (report as IDisposable)?.Dispose();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // What a full disk did not take before, it does not take now.
            if (_working.Remove(report))
                Fail(report, exception);
        }
    }

    private void Tell(Action<IReport> what)
    {
        for (var i = 0; i < _working.Count; i++)
        {
            var report = _working[i];
            try
            {
                what(report);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                _working.RemoveAt(i--);
                Fail(report, exception);
            }
        }
    }

    private void Fail(IReport report, Exception exception)
    {
        var failure = new ReportFailure(report, exception);
        _failures.Add(failure);
        OnFailure(failure);
    }
}
