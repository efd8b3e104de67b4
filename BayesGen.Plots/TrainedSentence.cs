using BayesGen.Parameters;
using BayesGen.Reporting;
using BayesGen.Structure;
using static System.FormattableString;

namespace BayesGen.Plots;

/// <summary>What was trained, in one sentence.</summary>
internal static class TrainedSentence
{
    public static string Of(IBayesianNetwork model, TrainingResult training)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(training);
        var network = model.Describe();
        List<string> families = [.. network.Weights
            .Where(weight => weight.Role == WeightRole.Bayesian).Select(weight => weight.Family!).Distinct()];
        var bayesian = network.BayesianCount == network.TotalCount ? "all" : Invariant($"{network.BayesianCount:N0} of them");
        var posteriors = network.BayesianCount == 0 ? "none with a posterior" : $"{bayesian} with {List(families)} posteriors";
        var epochs = Invariant($"{training.Epochs.Count} epoch{(training.Epochs.Count == 1 ? "" : "s")}");
        return Invariant($"{model.GetType().Name} has {network.TotalCount:N0} weights, {posteriors}, ")
            + $"and was trained for {epochs} in {Time(training.Duration)}{Reached(training)}.";
    }

    /// <summary>What the validation ended with, else the training data.</summary>
    private static string Reached(TrainingResult training)
    {
        if (training.Epochs.Count == 0)
            return "";
        var last = training.Epochs[training.StoppedEarly && training.BestEpoch is { } best
            ? Math.Max(0, training.Epochs.ToList().FindIndex(epoch => epoch.Epoch == best))
            : training.Epochs.Count - 1];
        var where = last.Validation is null ? "training" : "validation";
        var metrics = last.Validation?.Metrics ?? last.Metrics;
        return metrics.Count == 0
            ? Invariant($", to a {where} fit of {last.Validation?.Fit ?? last.Fit:G4}")
            : $", to a {where} {string.Join(", ", metrics.Select(metric => Invariant($"{metric.Key} of {metric.Value:G4}")))}";
    }

    private static string List(IReadOnlyList<string> names) => names.Count == 1
        ? names[0]
        : $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}";

    private static string Time(TimeSpan time) => time switch
    {
        { TotalSeconds: < 60 } => Invariant($"{time.TotalSeconds:0.#} s"),
        { TotalHours: < 1 } => Invariant($"{time.Minutes} min {time.Seconds} s"),
        _ => Invariant($"{(int)time.TotalHours} h {time.Minutes} min"),
    };
}
