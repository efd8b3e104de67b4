using System.Globalization;
using BayesGen.Parameters;

namespace BayesGen.Reporting;

/// <summary>
/// Plain lines, made for log files as well as for terminals: one for each epoch, or for each of some 50 of a long training.
/// </summary>
/// <remarks>
/// What is measured in training is that of noisy draws of the weights, and stands behind <c>draws:</c>. The validation is at the mean or
/// the MAP of the weights, and stands behind <c>validation at the mean:</c>; it is often much better. The ELBO is left out where no draws
/// were taken for it, and what was kept where nothing is pruned.
/// </remarks>
/// <param name="writer">Where the lines go, for example <c>Console.Out</c>.</param>
public sealed class TextReport(TextWriter writer) : IReport
{
    private const int LinesOfALongTraining = 50;

    private bool _hasWritten;
    private EpochResult? _unwritten;

    /// <inheritdoc/>
    public bool NeedsSteps => false;

    /// <summary>
    /// Writes the lines of epochs whose number this divides, of the first and of the last; at least 1. Null writes each of up to 100
    /// epochs, and of a longer training some 50.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to less than 1.</exception>
    public int? EveryEpochs
    {
        get;
        init
        {
            if (value is { } every)
                ArgumentOutOfRangeException.ThrowIfLessThan(every, 1, nameof(EveryEpochs));
            field = value;
        }
    }

    /// <inheritdoc/>
    public void OnStart(TrainingInfo info)
    {
        (_hasWritten, _unwritten) = (false, null);
        var examples = info.Examples is { } count ? string.Create(CultureInfo.InvariantCulture, $" on {count:N0} examples") : "";
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"training {info.BayesianWeights:N0} Bayesian of {info.AllWeights:N0} weights{examples}, {info.Loss}"));
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch)
    {
        var every = EveryEpochs ?? (epoch.Epochs <= 2 * LinesOfALongTraining ? 1 : epoch.Epochs / LinesOfALongTraining);
        if (!_hasWritten || epoch.Epoch == epoch.Epochs || epoch.Epoch % every == 0)
            Write(epoch);
        else
            _unwritten = epoch;
    }

    /// <inheritdoc/>
    public void OnFinish(TrainingResult training)
    {
        // It stopped before the last epoch that was asked for.
        if (_unwritten is { } last)
            Write(last);
    }

    /// <inheritdoc/>
    public void OnNotice(string notice) => writer.WriteLine($"notice: {notice}");

    private void Write(EpochResult epoch)
    {
        (_hasWritten, _unwritten) = (true, null);
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch}/{epoch.Epochs}  draws: fit {epoch.Fit:F4}  KL {epoch.Divergence:N0}  beta {epoch.Beta:G3}")
            + MetricText.Of(epoch.Metrics, "  ");
        if (epoch.Validation is { } validation)
        {
            var elbo = double.IsNaN(validation.Elbo) ? "" : string.Create(CultureInfo.InvariantCulture, $"  ELBO {validation.Elbo:F4}");
            var (kept, all) = (validation.Pruning.Kept, validation.Pruning.BayesianWeights);
            var pruning = kept == all ? "" : string.Create(CultureInfo.InvariantCulture, $"  kept {kept:N0}/{all:N0}");
            line += string.Create(
                CultureInfo.InvariantCulture,
                $"  | validation at the {(validation.State == WeightState.Map ? "MAP" : "mean")}: fit {validation.Fit:F4}{elbo}")
                + MetricText.Of(validation.Metrics, "  ") + pruning;
        }

        writer.WriteLine(line + string.Create(CultureInfo.InvariantCulture, $"  {epoch.Duration.TotalSeconds:F1} s"));
    }
}
