using System.Globalization;
using Microsoft.Extensions.Logging;

namespace BayesGen.Reporting;

/// <summary>
/// Tells a training to the log of a host: start, epochs and end at level Information, steps at Debug, notices as warnings. The values are
/// structured, so that a sink can search by <c>{Epoch}</c>, <c>{Fit}</c> or <c>{Beta}</c>.
/// </summary>
/// <param name="logger">The log.</param>
public sealed partial class LoggerReport(ILogger logger) : IReport
{
    // What the generated methods log to.
    private readonly ILogger _logger = logger ?? throw new ArgumentNullException(nameof(logger));

    /// <inheritdoc/>
    public bool NeedsSteps => _logger.IsEnabled(LogLevel.Debug);

    /// <inheritdoc/>
    public void OnStart(TrainingInfo info) => Started(info.BayesianWeights, info.AllWeights, info.Examples, info.Epochs, info.Loss);

    /// <inheritdoc/>
    public void OnStep(StepResult step)
    {
        // The text of the metrics is worth making only where somebody reads it.
        if (_logger.IsEnabled(LogLevel.Debug))
            Stepped(step.Epoch, step.Step, step.Total, step.Fit, step.Divergence, step.Beta, Text(step.Metrics));
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch)
    {
        if (!_logger.IsEnabled(LogLevel.Information))
            return;
        Ended(
            epoch.Epoch, epoch.Epochs, epoch.Fit, epoch.Divergence, epoch.Elbo, epoch.Beta, epoch.LearningRate, Text(epoch.Metrics),
            epoch.Duration.TotalSeconds);
        if (epoch.Validation is { } validation)
            Validated(
                epoch.Epoch, validation.Fit, validation.Elbo, Text(validation.Metrics), validation.Pruning.Kept,
                validation.Pruning.BayesianWeights);
    }

    /// <inheritdoc/>
    public void OnNotice(string notice) => Noticed(notice);

    /// <inheritdoc/>
    public void OnFinish(TrainingResult training) => Finished(training.Epochs.Count, training.Duration.TotalSeconds);

    [LoggerMessage(1, LogLevel.Information,
        "Training {BayesianWeights} Bayesian of {AllWeights} weights on {Examples} examples for {Epochs} epochs, {Loss}")]
    private partial void Started(long bayesianWeights, long allWeights, long? examples, int epochs, string loss);

    [LoggerMessage(2, LogLevel.Debug,
        "Epoch {Epoch} step {Step}: total {Total}, fit {Fit}, divergence {Divergence}, beta {Beta}{Metrics}")]
    private partial void Stepped(int epoch, int step, double total, double fit, double divergence, double beta, string metrics);

    [LoggerMessage(3, LogLevel.Information,
        "Epoch {Epoch}/{Epochs}: fit {Fit}, divergence {Divergence}, ELBO {Elbo}, beta {Beta}, learning rate {LearningRate}{Metrics}, {Seconds} s")]
    private partial void Ended(
        int epoch, int epochs, double fit, double divergence, double elbo, double beta, double learningRate, string metrics,
        double seconds);

    [LoggerMessage(4, LogLevel.Information,
        "Epoch {Epoch} validation: fit {Fit}, ELBO {Elbo}{Metrics}, kept {Kept} of {BayesianWeights}")]
    private partial void Validated(int epoch, double fit, double elbo, string metrics, long kept, long bayesianWeights);

    [LoggerMessage(5, LogLevel.Information, "Trained {Epochs} epochs in {Seconds} s")]
    private partial void Finished(int epochs, double seconds);

    [LoggerMessage(6, LogLevel.Warning, "{Notice}")]
    private partial void Noticed(string notice);

    private static string Text(IReadOnlyDictionary<string, double> metrics) => string.Concat(metrics.Select(metric =>
        string.Create(CultureInfo.InvariantCulture, $", {metric.Key} {metric.Value:G6}")));
}
