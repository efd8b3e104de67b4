using BayesGen.Reporting;

namespace BayesGen;

/// <summary>A number of an epoch that says how good the network is after it.</summary>
/// <param name="Name">The name in messages.</param>
/// <param name="Of">From the epoch to the number; NaN is never the best.</param>
/// <param name="HigherIsBetter">Whether the best number is the highest.</param>
public sealed record CheckpointScore(string Name, Func<EpochResult, double> Of, bool HigherIsBetter)
{
    /// <summary>The evidence lower bound on the validation data; the highest is the best.</summary>
    public static CheckpointScore Elbo { get; } = new("validation ELBO", epoch => epoch.Validation!.Elbo, HigherIsBetter: true)
    {
        NeedsValidation = true, NeedsElbo = true,
    };

    /// <summary>The fit loss on the validation data; the lowest is the best.</summary>
    public static CheckpointScore Fit { get; } = new(
        "validation fit", epoch => epoch.Validation!.Fit, HigherIsBetter: false)
    { NeedsValidation = true };

    /// <summary>A metric on the validation data.</summary>
    /// <param name="name">The name of one of TrainerOptions.Metrics, such as <c>accuracy</c>.</param>
    /// <param name="higherIsBetter">
    /// Whether the best number is the highest. Null goes by the name: the highest of <c>accuracy</c>, <c>AUROC</c>, <c>PR-AUC</c>,
    /// <c>F1</c> and the like, the lowest of <c>RMSE</c>, <c>NLL</c>, <c>Brier</c>, <c>ECE</c>, <c>CRPS</c>, <c>error</c>, <c>loss</c> and
    /// the like.
    /// </param>
    /// <exception cref="ArgumentException">It is null, and the name is none whose direction is known.</exception>
    public static CheckpointScore Metric(string name, bool? higherIsBetter = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var isHighest = higherIsBetter ?? MetricDirection.Of(name)
            ?? throw new ArgumentException(
                $"Whether a high or a low '{name}' is the better one does not follow from its name. Say it: CheckpointScore.Metric(\"{name}\", "
                + "higherIsBetter: true) keeps the highest, false the lowest.", nameof(higherIsBetter));
        return new CheckpointScore($"validation {name}", epoch => epoch.Validation!.Metrics[name], isHighest)
        {
            NeedsValidation = true, MetricName = name,
        };
    }

    /// <summary>The metric that it needs, or null.</summary>
    internal string? MetricName { get; private init; }

    /// <summary>Whether it is one of the scores here, which all go by the validation data.</summary>
    internal bool NeedsValidation { get; private init; }

    /// <summary>Whether it is the ELBO, for which evaluations must take draws.</summary>
    internal bool NeedsElbo { get; private init; }

    /// <summary>Whether a number is better than another; anything is better than NaN.</summary>
    internal bool IsBetter(double score, double best) =>
        !double.IsNaN(score) && (double.IsNaN(best) || (HigherIsBetter ? score > best : score < best));
}
