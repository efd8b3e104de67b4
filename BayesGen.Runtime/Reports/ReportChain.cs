namespace BayesGen;

/// <summary>Several reports as one, told in order.</summary>
/// <param name="reports">The reports.</param>
public sealed class ReportChain(params IReadOnlyList<IReport> reports) : IReport
{
    /// <inheritdoc/>
    public void OnStart(TrainingInfo info)
    {
        foreach (var report in reports)
            report.OnStart(info);
    }

    /// <inheritdoc/>
    public void OnStep(StepResult step)
    {
        foreach (var report in reports)
            report.OnStep(step);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch)
    {
        foreach (var report in reports)
            report.OnEpoch(epoch);
    }

    /// <inheritdoc/>
    public void OnNotice(string notice)
    {
        foreach (var report in reports)
            report.OnNotice(notice);
    }

    /// <inheritdoc/>
    public void OnFinish(TrainingResult training)
    {
        foreach (var report in reports)
            report.OnFinish(training);
    }
}
