namespace BayesGen.Prediction;

/// <summary>How good the predictions of a regression are, and how honest their intervals.</summary>
/// <param name="Prediction">The prediction itself, example by example.</param>
/// <param name="NegativeLogLikelihood">The mean over examples of -log p(y), nats, over all outputs of an example together.</param>
/// <param name="RootMeanSquaredError">Of the predictive mean, in units of the target.</param>
/// <param name="Intervals">Coverage and width of central intervals at several levels.</param>
public sealed record RegressionEvaluation(
    RegressionPrediction Prediction,
    double NegativeLogLikelihood,
    double RootMeanSquaredError,
    IReadOnlyList<IntervalCoverage> Intervals)
{
    /// <summary>The figures in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Prediction.Count:N0} examples, {Prediction.Samples} draws: NLL {NegativeLogLikelihood:F4}, RMSE {RootMeanSquaredError:G4}")
        + string.Concat(Intervals.Select(interval => FormattableString.Invariant(
            $", {interval.Level:P0} intervals hold {interval.Coverage:P1} ({interval.MeanWidth:G4} wide)")));

    /// <summary>The levels where none are given.</summary>
    public static IReadOnlyList<double> UsualLevels { get; } = [0.5, 0.8, 0.9, 0.95];

    /// <summary>Judges a prediction.</summary>
    /// <param name="prediction">The prediction.</param>
    /// <param name="targets">For each example a number for each output.</param>
    /// <param name="levels">The levels of intervals, each above 0 and below 1; null takes <see cref="UsualLevels"/>.</param>
    public static RegressionEvaluation Of(
        RegressionPrediction prediction, IReadOnlyList<double[]> targets, IReadOnlyList<double>? levels = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return new RegressionEvaluation(
            prediction,
            -prediction.LogDensity(targets).Average(),
            RegressionMetrics.RootMeanSquaredError(prediction.Mean, targets),
            [.. (levels ?? UsualLevels).Select(level =>
            {
                var (_, lower, upper) = prediction.CentralInterval(level);
                return new IntervalCoverage(
                    level, RegressionMetrics.Coverage(lower, upper, targets), RegressionMetrics.MeanWidth(lower, upper));
            })]);
    }
}

/// <summary>What intervals of one level hold.</summary>
/// <param name="Level">The part of targets that they should hold.</param>
/// <param name="Coverage">The part that they do hold.</param>
/// <param name="MeanWidth">Their mean width, in units of the target.</param>
public sealed record IntervalCoverage(double Level, double Coverage, double MeanWidth);
