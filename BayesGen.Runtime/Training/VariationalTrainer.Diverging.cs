using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>A training that diverges has finite losses for a long time; it is told by how much they have grown.</summary>
public sealed partial class VariationalTrainer
{
    /// <summary>Far more than a bad batch or a noisy draw makes of a loss, and few steps before one that multiplies overflows.</summary>
    private const double DivergedGrowth = 1000;

    /// <summary>One batch may be far from the others, in data that is not shuffled above all.</summary>
    private const int FirstSteps = 20;

    /// <summary>The largest fit of the first steps that this trainer took.</summary>
    private double? _firstFit;

    private void RememberFit(StepResult result)
    {
        if (_firstFit is not { } known)
            _firstFit = result.Fit;
        else if (result.GlobalStep <= FirstSteps)
            _firstFit = Math.Max(known, result.Fit);
    }

    /// <summary>Checks the fit of a draw. A fit near zero, or below, is held against 1 nat.</summary>
    private void RequireNoGrowth(double fit, int epoch, int step)
    {
        if (HasGrown(fit))
            throw NonFiniteLossException.OfGrowth(epoch, step, fit, _firstFit!.Value);
    }

    private bool HasGrown(double fit) => _firstFit is { } first && fit > first + DivergedGrowth * (1 + Math.Abs(first));
}
