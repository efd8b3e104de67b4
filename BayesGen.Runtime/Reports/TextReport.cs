using System.Globalization;

namespace BayesGen;

/// <summary>One plain line per epoch, made for log files as well as for terminals.</summary>
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
            $"epoch {epoch.Epoch}/{epoch.Epochs}  fit {epoch.Fit:F4}  KL {epoch.Divergence:N0}  beta {epoch.Beta:G3}{Text(epoch.Metrics)}");
        if (epoch.Validation is { } validation)
            line += string.Create(
                CultureInfo.InvariantCulture,
                $"  | validation fit {validation.Fit:F4}  ELBO {validation.Elbo:F4}{Text(validation.Metrics)}  kept {validation.Pruning.Kept:N0}/{validation.Pruning.BayesianWeights:N0}");
        writer.WriteLine(line + string.Create(CultureInfo.InvariantCulture, $"  {epoch.Duration.TotalSeconds:F1} s"));
    }

    /// <inheritdoc/>
    public void OnNotice(string notice) => writer.WriteLine($"notice: {notice}");

    private static string Text(IReadOnlyDictionary<string, double> metrics) => string.Concat(metrics.Select(metric =>
        string.Create(CultureInfo.InvariantCulture, $"  {metric.Key} {metric.Value:F4}")));
}
