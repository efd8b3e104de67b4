using System.Globalization;
using BayesGen.Parameters;

namespace BayesGen.Reporting;

/// <summary>One plain line per epoch, made for log files as well as for terminals.</summary>
/// <remarks>
/// What is measured in training is that of noisy draws of the weights, and stands behind <c>draws:</c>. The validation is at the mean or
/// the MAP of the weights, and stands behind <c>validation at the mean:</c>; it is often much better. The ELBO is left out where no draws
/// were taken for it, and what was kept where nothing is pruned.
/// </remarks>
/// <param name="writer">Where the lines go, for example <c>Console.Out</c>.</param>
public sealed class TextReport(TextWriter writer) : IReport
{
    /// <inheritdoc/>
    public bool NeedsSteps => false;

    /// <inheritdoc/>
    public void OnStart(TrainingInfo info)
    {
        var examples = info.Examples is { } count ? string.Create(CultureInfo.InvariantCulture, $" on {count:N0} examples") : "";
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"training {info.BayesianWeights:N0} Bayesian of {info.AllWeights:N0} weights{examples}, {info.Loss}"));
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch}/{epoch.Epochs}  draws: fit {epoch.Fit:F4}  KL {epoch.Divergence:N0}  beta {epoch.Beta:G3}{Text(epoch.Metrics)}");
        if (epoch.Validation is { } validation)
        {
            var elbo = double.IsNaN(validation.Elbo) ? "" : string.Create(CultureInfo.InvariantCulture, $"  ELBO {validation.Elbo:F4}");
            var (kept, all) = (validation.Pruning.Kept, validation.Pruning.BayesianWeights);
            var pruning = kept == all ? "" : string.Create(CultureInfo.InvariantCulture, $"  kept {kept:N0}/{all:N0}");
            line += string.Create(
                CultureInfo.InvariantCulture,
                $"  | validation at the {(validation.State == WeightState.Map ? "MAP" : "mean")}: fit {validation.Fit:F4}{elbo}")
                + Text(validation.Metrics) + pruning;
        }

        writer.WriteLine(line + string.Create(CultureInfo.InvariantCulture, $"  {epoch.Duration.TotalSeconds:F1} s"));
    }

    /// <inheritdoc/>
    public void OnNotice(string notice) => writer.WriteLine($"notice: {notice}");

    private static string Text(IReadOnlyDictionary<string, double> metrics) => string.Concat(metrics.Select(metric =>
        string.Create(CultureInfo.InvariantCulture, $"  {metric.Key} {metric.Value:F4}")));
}
