namespace BayesGen.Conformal;

/// <summary>What an interval is made of; calibration makes it wider or narrower.</summary>
public enum IntervalMethod
{
    /// <summary>Mean +- q: one width for all examples. Lei et al., "Distribution-Free Predictive Inference for Regression", 2018.</summary>
    Absolute,

    /// <summary>Mean +- q times the predictive standard deviation: wide where the prediction is unsure. Lei et al. 2018.</summary>
    Normalized,

    /// <summary>
    /// The central interval of the predicted mixture, both ends moved by q (CQR). Romano, Patterson, Candès, "Conformalized Quantile
    /// Regression", 2019.
    /// </summary>
    Quantile,

    /// <summary>
    /// The central interval of the predicted mixture, both ends moved by q times its width (CQR-r). For one normal distribution these are
    /// the normalized intervals; where a few samples lie far out, the width stays what most of them say, and the standard deviation does
    /// not. Sesia, Candès, "A Comparison of Some Conformal Quantile Regression Methods", 2020.
    /// </summary>
    NormalizedQuantile,
}

/// <summary>How intervals are made.</summary>
public sealed record ConformalIntervalOptions
{
    /// <summary>The part of targets that the intervals hold, above 0 and below 1; of each output by itself.</summary>
    public double Coverage { get; init; } = 0.9;

    /// <summary>What an interval is made of.</summary>
    public IntervalMethod Method { get; init; } = IntervalMethod.NormalizedQuantile;

    /// <summary>
    /// Whether too few calibration examples for the coverage are answered with infinite intervals, which is all that can be guaranteed
    /// then, in place of a refusal.
    /// </summary>
    public bool AllowUnbounded { get; init; }

    internal ConformalIntervalOptions Checked()
    {
        ConformalThreshold.RequireCoverage(Coverage, nameof(Coverage));
        return Enum.IsDefined(Method)
            ? this
            : throw new ArgumentOutOfRangeException(nameof(Method), Method, "This is no method for intervals.");
    }
}
