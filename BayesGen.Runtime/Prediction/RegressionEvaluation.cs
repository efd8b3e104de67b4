using BayesGen.Data;
using BayesGen.Likelihoods;

namespace BayesGen.Prediction;

/// <summary>How good the predictions of a regression are, and how honest their intervals.</summary>
/// <remarks>
/// Where NaN says that there is no target, each figure is one over the targets that are there: of an example that has some of its targets
/// those count, and one that has none is left out, of <paramref name="Prediction"/> too.
/// </remarks>
/// <param name="Prediction">The prediction itself, example by example.</param>
/// <param name="NegativeLogLikelihood">
/// The mean over examples of -log p(y), nats, over all outputs of an example that have a target, together.
/// </param>
/// <param name="RootMeanSquaredError">Of the predictive mean, in units of the target.</param>
/// <param name="Intervals">Coverage and width of central intervals at several levels.</param>
public sealed record RegressionEvaluation(
    RegressionPrediction Prediction,
    double NegativeLogLikelihood,
    double RootMeanSquaredError,
    IReadOnlyList<IntervalCoverage> Intervals)
{
    /// <summary>The targets that it was judged by, for each example a number for each output, or NaN where there is none.</summary>
    public IReadOnlyList<double[]> Targets { get; init; } = [];

    /// <summary>How many of <see cref="Targets"/> are NaN, and count in no figure.</summary>
    public int MissingTargets => Targets.Sum(row => row.Count(double.IsNaN));

    /// <summary>
    /// The continuous ranked probability score, the mean over examples and outputs, in units of the target: see
    /// <see cref="RegressionPrediction.Crps"/>.
    /// </summary>
    public double Crps { get; init; } = double.NaN;

    /// <summary>The same figures of one place alone, such as one step of a sequence.</summary>
    /// <param name="place">The place, from 0.</param>
    /// <exception cref="ArgumentException">No example has a target there.</exception>
    public RegressionEvaluation OfPlace(int place)
    {
        var rows = AnswerRow.At(place, Prediction.Rows);
        return OfKnown(Prediction.Of(rows), [.. rows.Select(row => Targets[row])], [.. Intervals.Select(interval => interval.Level)]);
    }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Prediction.Count:N0} examples, {Prediction.Samples} draws{Gaps}: NLL {NegativeLogLikelihood:F4}, RMSE {RootMeanSquaredError:G4}, ")
        + FormattableString.Invariant($"CRPS {Crps:G4}")
        + string.Concat(Intervals.Select(interval => FormattableString.Invariant(
            $", {PredictionText.Level(interval.Level)} intervals hold {interval.Coverage:P1} ({interval.MeanWidth:G4} wide)")));

    private string Gaps => MissingTargets is > 0 and var gaps ? FormattableString.Invariant($", {gaps:N0} targets missing") : "";

    /// <summary>The levels where none are given.</summary>
    public static IReadOnlyList<double> UsualLevels { get; } = [0.5, 0.8, 0.9, 0.95];

    /// <summary>Judges a prediction for the inputs of a data set by its targets.</summary>
    /// <param name="prediction">The prediction, of a <see cref="Predictor"/> for instance.</param>
    /// <param name="data">The data, whose targets are [N, D] or [N].</param>
    /// <param name="levels">The levels of intervals, each above 0 and below 1; null takes <see cref="UsualLevels"/>.</param>
    public static RegressionEvaluation Of(RegressionPrediction prediction, TensorDataSet data, IReadOnlyList<double>? levels = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(data);
        var targets = PlacesOfRows.Targets(PlainNumbers.Rows(data.Targets), prediction.Places, prediction.Outputs);
        if (targets.Any(row => row.Any(double.IsNaN)))
            throw new ArgumentException(
                "Some targets are NaN, so answers to them are neither right nor wrong. Where that says that there is no target, name a "
                + "likelihood that ignores it: RegressionEvaluation.Of(prediction, data, Likelihood.LearnedGaussian.IgnoringNaN()).",
                nameof(data));
        return Of(prediction, targets, levels);
    }

    /// <summary>Judges a prediction for the inputs of a data set by those of its targets that are there.</summary>
    /// <param name="prediction">The prediction, in units of the targets.</param>
    /// <param name="data">The data, with targets as the likelihood has them.</param>
    /// <param name="likelihood">
    /// What targets may be: NaN is none where it ignores that. Its noise is not asked, since the prediction has its own.
    /// </param>
    /// <param name="levels">The levels of intervals, each above 0 and below 1; null takes <see cref="UsualLevels"/>.</param>
    public static RegressionEvaluation Of(
        RegressionPrediction prediction, TensorDataSet data, RegressionLikelihood likelihood, IReadOnlyList<double>? levels = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(likelihood);
        likelihood.RequireTargets(data.Targets, "example {0}");
        return OfKnown(
            prediction, PlacesOfRows.Targets(PlainNumbers.Rows(data.Targets), prediction.Places, prediction.Outputs), levels);
    }

    /// <summary>Judges a prediction by the targets that are there; NaN says that there is none.</summary>
    /// <param name="prediction">The prediction.</param>
    /// <param name="targets">For each row of the prediction its numbers.</param>
    /// <param name="levels">The levels of intervals; null takes the usual ones.</param>
    internal static RegressionEvaluation OfKnown(
        RegressionPrediction prediction, IReadOnlyList<double[]> targets, IReadOnlyList<double>? levels)
    {
        if (targets.Count != prediction.Count)
            throw new ArgumentException(
                $"There are {targets.Count} targets for {prediction.Count} answers; expected one for each.", nameof(targets));
        List<int> known = [.. Enumerable.Range(0, targets.Count).Where(i => !targets[i].All(double.IsNaN))];
        if (known.Count == 0 && targets.Count > 0)
            throw new ArgumentException("There is no target that is a number: nothing can be judged.", nameof(targets));
        return known.Count == targets.Count
            ? OfSome(prediction, targets, levels)
            : OfSome(prediction.Of(known), [.. known.Select(i => targets[i])], levels);
    }

    /// <summary>Judges a prediction.</summary>
    /// <param name="prediction">The prediction.</param>
    /// <param name="targets">For each example a number for each output.</param>
    /// <param name="levels">The levels of intervals, each above 0 and below 1; null takes <see cref="UsualLevels"/>.</param>
    public static RegressionEvaluation Of(
        RegressionPrediction prediction, IReadOnlyList<double[]> targets, IReadOnlyList<double>? levels = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        RegressionMetrics.RequireRows(prediction.Mean, targets);
        return OfSome(prediction, targets, levels);
    }

    /// <summary>Judges a prediction each example of which has a target, at least one.</summary>
    private static RegressionEvaluation OfSome(
        RegressionPrediction prediction, IReadOnlyList<double[]> targets, IReadOnlyList<double>? levels)
    {
        RegressionMetrics.RequireShape(prediction.Mean, targets);
        var known = Known(targets);
        return new RegressionEvaluation(
            prediction,
            -prediction.Scores.LogDensity(targets).Average(),
            RegressionMetrics.RootMeanSquaredError(Known(prediction.Mean), known),
            [.. (levels ?? UsualLevels).Select(level =>
            {
                var (_, lower, upper) = prediction.CentralInterval(level);
                return IntervalCoverage.Of(level, Known(lower), Known(upper), known);
            })])
        {
            Targets = [.. targets],
            Crps = Known(prediction.Scores.Crps(targets)).Average(row => row.Average()),
        };

        IReadOnlyList<double[]> Known(IReadOnlyList<double[]> rows) => RegressionMetrics.Known(rows, targets);
    }
}

/// <summary>What intervals of one level hold.</summary>
/// <param name="Level">The part of targets that they should hold.</param>
/// <param name="Coverage">The part that they do hold.</param>
/// <param name="MeanWidth">Their mean width, in units of the target.</param>
public sealed record IntervalCoverage(double Level, double Coverage, double MeanWidth)
{
    /// <summary>Their interval score, see <see cref="RegressionMetrics.IntervalScore"/>; smaller is better.</summary>
    public double Score { get; init; } = double.NaN;

    /// <summary>Judges intervals.</summary>
    /// <param name="level">The part of targets that they should hold, above 0 and below 1.</param>
    /// <param name="lower">For each example the lower end for each output.</param>
    /// <param name="upper">The upper ends.</param>
    /// <param name="targets">The targets.</param>
    public static IntervalCoverage Of(
        double level, IReadOnlyList<double[]> lower, IReadOnlyList<double[]> upper, IReadOnlyList<double[]> targets) =>
        new(level, RegressionMetrics.Coverage(lower, upper, targets), RegressionMetrics.MeanWidth(lower, upper))
        {
            Score = RegressionMetrics.IntervalScore(lower, upper, targets, level),
        };
}
