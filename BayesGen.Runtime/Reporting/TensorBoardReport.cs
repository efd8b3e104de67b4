using TorchSharp.Modules;

namespace BayesGen.Reporting;

/// <summary>
/// Scalars for TensorBoard, per epoch: <c>loss/total</c>, <c>loss/fit</c>, <c>loss/divergence</c>, <c>elbo</c>, <c>beta</c>,
/// <c>learning_rate</c> and <c>metric/...</c>, the same of the validation under <c>validation/</c>, with what it kept. TorchSharp's
/// SummaryWriter writes them; look at them with <c>tensorboard --logdir FOLDER</c>.
/// </summary>
/// <remarks>Values are float32, as the format has them. The writer opens its file for each value and holds nothing in between.</remarks>
public sealed class TensorBoardReport : IReport
{
    private readonly SummaryWriter _writer;

    /// <summary>Writes event files into a folder.</summary>
    /// <param name="directory">The folder of the run; made where it is not there. Runs side by side are folders side by side.</param>
    public TensorBoardReport(string directory) : this(Open(directory))
    {
    }

    /// <summary>Writes through a writer of your own, which may get other things as well.</summary>
    /// <param name="writer">The writer.</param>
    public TensorBoardReport(SummaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
    }

    /// <summary>Whether steps are told too, under <c>step/</c>; off unless told otherwise.</summary>
    public bool Steps { get; init; }

    /// <inheritdoc/>
    public bool NeedsSteps => Steps;

    /// <inheritdoc/>
    public void OnStep(StepResult step)
    {
        if (!Steps)
            return;
        var at = checked((int)step.GlobalStep);
        Scalars(
            "step/", at, [("loss/total", step.Total), ("loss/fit", step.Fit), ("loss/divergence", step.Divergence), ("beta", step.Beta)]);
        Metrics("step/", at, step.Metrics);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch)
    {
        Scalars("", epoch.Epoch,
        [
            ("loss/total", epoch.Total), ("loss/fit", epoch.Fit), ("loss/divergence", epoch.Divergence), ("elbo", epoch.Elbo),
            ("beta", epoch.Beta), ("learning_rate", epoch.LearningRate), ("seconds", epoch.Duration.TotalSeconds),
        ]);
        Metrics("", epoch.Epoch, epoch.Metrics);
        if (epoch.Validation is not { } validation)
            return;
        Scalars("validation/", epoch.Epoch,
        [
            ("loss/total", validation.Total), ("loss/fit", validation.Fit), ("loss/divergence", validation.Divergence),
            ("elbo", validation.Elbo), ("kept", validation.Pruning.Kept),
        ]);
        Metrics("validation/", epoch.Epoch, validation.Metrics);
    }

    private static SummaryWriter Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Directory.CreateDirectory(directory);
        return utils.tensorboard.SummaryWriter(directory, createRunName: false);
    }

    private void Metrics(string prefix, int at, IReadOnlyDictionary<string, double> metrics) =>
        Scalars(prefix, at, metrics.Select(metric => ("metric/" + metric.Key, metric.Value)));

    private void Scalars(string prefix, int at, IEnumerable<(string Tag, double Value)> scalars)
    {
        foreach (var (tag, value) in scalars)
            _writer.add_scalar(prefix + tag, (float)value, at);
    }
}
