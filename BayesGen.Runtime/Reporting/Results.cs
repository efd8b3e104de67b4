using BayesGen.Parameters;
using BayesGen.Pruning;

namespace BayesGen.Reporting;

/// <summary>One training step.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">The step within the epoch, from 1.</param>
/// <param name="GlobalStep">The step since training began, from 1.</param>
/// <param name="StepsPerEpoch">The number of steps in an epoch, or null in the first one where it is not known yet.</param>
/// <param name="Examples">The number of examples in the batch.</param>
/// <param name="Total">
/// The loss that was minimized, as <see cref="LossTerms.Bound"/> has it: fit + beta * divergence / N, or the negative bound per example of
/// a loss whose draws do not count alike.
/// </param>
/// <param name="Fit">The fit loss alone, mean over the examples and draws.</param>
/// <param name="Divergence">The divergence alone in nats, over the whole network, before beta and 1/N.</param>
/// <param name="Beta">The weight of the divergence in this step.</param>
/// <param name="Metrics">Each metric over the batch, of the mean output over the draws.</param>
public sealed record StepResult(
    int Epoch,
    int Step,
    long GlobalStep,
    int? StepsPerEpoch,
    long Examples,
    double Total,
    double Fit,
    double Divergence,
    double Beta,
    IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>What the examples of the batch count together, for metrics that weigh them; others count each as 1.</summary>
    internal IReadOnlyDictionary<string, double> Counted { get; init; } = new Dictionary<string, double>();

    /// <summary>The figures in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"epoch {Epoch}, step {Step}, {Examples:N0} examples: total {Total:F4}, fit {Fit:F4}, ")
        + FormattableString.Invariant($"divergence {Divergence:N0} nats, beta {Beta:G3}") + MetricText.Of(Metrics, ", ");
}

/// <summary>One epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">The number of epochs that were asked for.</param>
/// <param name="Total">The mean loss over the examples of the epoch.</param>
/// <param name="Fit">The mean fit loss over the examples of the epoch.</param>
/// <param name="Divergence">The mean divergence over the steps, in nats.</param>
/// <param name="Elbo">The evidence lower bound per example over the epoch's draws, -(fit + divergence / N), whatever beta was.</param>
/// <param name="Beta">The weight of the divergence at the end of the epoch.</param>
/// <param name="LearningRate">The learning rate of the epoch's last step.</param>
/// <param name="Metrics">Each metric over the examples of the epoch.</param>
/// <param name="Validation">The evaluation on the validation data, or null without any.</param>
/// <param name="Duration">The time that the epoch took, validation included.</param>
public sealed record EpochResult(
    int Epoch,
    int Epochs,
    double Total,
    double Fit,
    double Divergence,
    double Elbo,
    double Beta,
    double LearningRate,
    IReadOnlyDictionary<string, double> Metrics,
    EvaluationResult? Validation,
    TimeSpan Duration)
{
    /// <summary>
    /// The steps that were left out: because their loss or gradient was not finite (<c>NonFinitePolicy.Skip</c>), or because their batch
    /// was one example, which a batch normalization cannot learn from.
    /// </summary>
    public int SkippedSteps { get; init; }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"epoch {Epoch}/{Epochs}: total {Total:F4}, fit {Fit:F4}, divergence {Divergence:N0} nats, ELBO {Elbo:F4}, beta {Beta:G3}")
        + MetricText.Of(Metrics, ", ")
        + (Validation is null ? "" : $"; validation: {Validation}")
        + FormattableString.Invariant($"; {Duration.TotalSeconds:F1} s");
}

/// <summary>A whole training.</summary>
/// <param name="Epochs">Every epoch in order; of a training that was resumed, those that ended since.</param>
/// <param name="Duration">The time that it took.</param>
public sealed record TrainingResult(IReadOnlyList<EpochResult> Epochs, TimeSpan Duration)
{
    /// <summary>
    /// What <see cref="IReport.OnNotice"/> was told: checkpoints that could not be written, steps that were skipped. The first 1,000.
    /// </summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Whether TrainerOptions.EarlyStopping ended it, now or before it was resumed.</summary>
    public bool StoppedEarly { get; init; }

    /// <summary>The best epoch by TrainerOptions.EarlyStopping, from 1; null without it, or before beta has arrived.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>How long it was, and its last epoch, in one line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Epochs.Count:N0} epochs in {Duration.TotalSeconds:F1} s")
        + (StoppedEarly ? ", stopped early" : "")
        + (BestEpoch is { } best ? FormattableString.Invariant($", best epoch {best}") : "")
        + (Notices.Count == 0 ? "" : FormattableString.Invariant($", {Notices.Count:N0} notices"))
        + (Epochs.Count == 0 ? "" : $"; the last: {Epochs[^1]}");
}

/// <summary>An evaluation over all examples of a data set.</summary>
/// <param name="Examples">The number of examples.</param>
/// <param name="Total">
/// fit + beta * divergence / N with the trainer's present beta, and the N of the options, else of the training data, else of this data.
/// </param>
/// <param name="Fit">The mean fit loss over the examples, with the weights at <paramref name="State"/>.</param>
/// <param name="Divergence">The divergence in nats, over all weights of the network that are kept.</param>
/// <param name="Elbo">
/// The evidence lower bound per example, -(E fit + divergence / N) with beta 1 whatever the schedule says: E fit is the mean over
/// TrainerOptions.ElboSamples draws, always the same ones, since the fit at the mean is not a bound. NaN where there are none; -fit of a
/// network without Bayesian weights.
/// </param>
/// <param name="Metrics">Each metric over all examples.</param>
/// <param name="State">What the weights held.</param>
/// <param name="Thresholds">The thresholds that weights were pruned by for this evaluation, or null.</param>
/// <param name="Pruning">What was kept.</param>
public sealed record EvaluationResult(
    long Examples,
    double Total,
    double Fit,
    double Divergence,
    double Elbo,
    IReadOnlyDictionary<string, double> Metrics,
    WeightState State,
    Thresholds? Thresholds,
    PruneReport Pruning)
{
    /// <summary>
    /// The part of examples that were classified right. It is measured where <see cref="Metric.Accuracy"/> is among the metrics, and where
    /// no metric is named and the targets are classes, or yes and no; else NaN.
    /// </summary>
    public double Accuracy => Metrics.TryGetValue(Metric.AccuracyName, out var accuracy) ? accuracy : double.NaN;

    /// <summary>The figures in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Examples:N0} examples at the {(State == WeightState.Map ? "MAP" : "mean")}: total {Total:F4}, fit {Fit:F4}, ")
        + FormattableString.Invariant($"divergence {Divergence:N0} nats")
        + (double.IsNaN(Elbo) ? "" : FormattableString.Invariant($", ELBO {Elbo:F4}"))
        + MetricText.Of(Metrics, ", ")
        + (Thresholds is null ? "" : FormattableString.Invariant($", kept {Pruning.Kept:N0}/{Pruning.BayesianWeights:N0}"));
}
