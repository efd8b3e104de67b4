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
        var families = network.Weights.Where(weight => weight.Role == WeightRole.Bayesian).Select(weight => weight.Family!).Distinct().ToList();
        var weights = network.BayesianCount == 0
            ? Invariant($"{network.TotalCount:N0} weights, none with a posterior")
            : Invariant($"{network.TotalCount:N0} weights, {(network.BayesianCount == network.TotalCount ? "all" : Invariant($"{network.BayesianCount:N0} of them"))} ")
                + $"with {List(families)} posteriors";
        return $"{model.GetType().Name} has {weights}, and was trained for "
            + Invariant($"{training.Epochs.Count} epoch{(training.Epochs.Count == 1 ? "" : "s")} in {Time(training.Duration)}{Reached(training)}.");
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

    private static string Time(TimeSpan time) => time.TotalSeconds < 60
        ? Invariant($"{time.TotalSeconds:0.#} s")
        : time.TotalHours < 1 ? Invariant($"{time.Minutes} min {time.Seconds} s") : Invariant($"{(int)time.TotalHours} h {time.Minutes} min");
}
