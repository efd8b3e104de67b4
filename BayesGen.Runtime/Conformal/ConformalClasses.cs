using System.Text.Json.Serialization;
using BayesGen.Prediction;

namespace BayesGen.Conformal;

/// <summary>
/// Sets of classes that hold the target as often as was asked, whatever the network is worth, for examples of the kind that it was
/// calibrated with: split conformal prediction. A better network has smaller sets. Immutable; safe to share between threads; saved as JSON.
/// </summary>
/// <remarks>
/// The guarantee is one over calibration sets and examples together, where both come from one source in any order (exchangeable). It is
/// none for examples of another kind, nor for the examples of a single class without <see cref="ConformalSetOptions.PerClass"/>.
/// Calibration data must not have been trained on.
/// <para>
/// Where an example has several places, such as the steps of a sequence or several questions, examples count, not places: what is promised
/// is the part of the places of an example that is held, on average over examples, whatever its places have in common. For one question by
/// itself calibrate with <c>evaluation.OfPlace(question)</c> and ask for the sets of <c>prediction.OfPlace(question)</c>.
/// </para>
/// </remarks>
[JsonConverter(typeof(ConformalClassesJson))]
public sealed class ConformalClasses
{
    internal ConformalClasses(
        ConformalSetOptions options, int classes, IReadOnlyList<double> thresholds, IReadOnlyList<int> examples) =>
        (Options, Classes, Thresholds, Examples) = (options, classes, thresholds, examples);

    /// <summary>How the sets are made.</summary>
    public ConformalSetOptions Options { get; }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>
    /// The largest score that a class of a set has: one, or one for each class. Infinite where that many examples cannot guarantee more.
    /// </summary>
    public IReadOnlyList<double> Thresholds { get; }

    /// <summary>The number of calibration examples behind each threshold; the places of an example do not count by themselves.</summary>
    public IReadOnlyList<int> Examples { get; }

    /// <summary>Calibrates with labeled examples that the training has not seen.</summary>
    /// <param name="calibration">Predictions and targets: <c>model.EvaluatePredictions(calibrationData)</c>.</param>
    /// <param name="options">Coverage and method; null is 90 % and the smallest sets.</param>
    /// <exception cref="ArgumentException">There are too few examples for the coverage; the message says how many it needs.</exception>
    public static ConformalClasses Calibrate(ClassEvaluation calibration, ConformalSetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        return Calibrate(calibration.Prediction, calibration.Targets, options);
    }

    /// <summary>Calibrates with labeled examples that the training has not seen.</summary>
    /// <param name="prediction">What is predicted for them, by a model, a predictor, or at a temperature.</param>
    /// <param name="targets">The class of each.</param>
    /// <param name="options">Coverage and method; null is 90 % and the smallest sets.</param>
    /// <exception cref="ArgumentException">
    /// There are too few examples for the coverage, and the message says how many it needs; or a target is no class of the prediction.
    /// </exception>
    public static ConformalClasses Calibrate(
        ClassPrediction prediction, IReadOnlyList<int> targets, ConformalSetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        options = (options ?? new ConformalSetOptions()).Checked();
        var probabilities = prediction.Probabilities;
        ClassificationMetrics.RequireFit(probabilities, targets);
        var classes = probabilities[0].Length;
        AnswerCheck.RequireClasses(probabilities, classes, "The probabilities");
        var rows = prediction.Rows;
        List<(int Example, double Score)>[] scores = [.. Enumerable.Range(0, options.PerClass ? classes : 1)
            .Select(_ => new List<(int, double)>())];
        for (var i = 0; i < targets.Count; i++)
            scores[options.PerClass ? targets[i] : 0].Add((rows[i].Example, ClassScores.Of(probabilities[i], options)[targets[i]]));
        int[] examples = [.. scores.Select(ofOne => ofOne.DistinctBy(one => one.Example).Count())];
        if (!options.AllowUnbounded)
            RequireEnough(examples, options);
        return new ConformalClasses(
            options, classes, [.. scores.Select(ofOne => ConformalThreshold.Of(ofOne, options.Coverage))], examples);
    }

    /// <summary>The set of each example.</summary>
    /// <param name="prediction">What is predicted, by the network that was calibrated.</param>
    /// <exception cref="ArgumentException">It has another number of classes, or holds NaN.</exception>
    public PredictionSets Sets(ClassPrediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        AnswerCheck.RequireClasses(prediction.Probabilities, Classes, "The thresholds");
        return new PredictionSets(Options.Coverage, Classes, [.. prediction.Probabilities.Select(Set)]);
    }

    /// <summary>Coverage and size on labeled examples that neither training nor calibration has seen.</summary>
    /// <param name="test">Predictions and targets: <c>model.EvaluatePredictions(testData)</c>.</param>
    public SetReport Evaluate(ClassEvaluation test)
    {
        ArgumentNullException.ThrowIfNull(test);
        return Evaluate(test.Prediction, test.Targets);
    }

    /// <summary>Coverage and size on labeled examples that neither training nor calibration has seen.</summary>
    /// <param name="prediction">What is predicted for them.</param>
    /// <param name="targets">The class of each.</param>
    public SetReport Evaluate(ClassPrediction prediction, IReadOnlyList<int> targets)
    {
        var sets = Sets(prediction);
        ClassificationMetrics.RequireFit(prediction.Probabilities, targets);
        int[] examples = [.. prediction.Rows.Select(row => row.Example)];
        return SetReport.Of(sets, targets, examples, Deviation(targets, examples));
    }

    /// <summary>Writes it as JSON, for a service to load; a file that exists is replaced.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path) => JsonFile.Write(path, this);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="System.Text.Json.JsonException">The file holds something else.</exception>
    public static ConformalClasses Load(string path) => JsonFile.Read<ConformalClasses>(path);

    /// <summary>Coverage, method, and what it was calibrated with.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{PredictionText.Level(Options.Coverage)} of {Classes} classes, {Options.Method}{(Options.PerClass ? " for each class" : "")}, ")
        + FormattableString.Invariant($"{Examples.Sum():N0} calibration examples, threshold ")
        + string.Join(", ", Thresholds.Select(threshold => FormattableString.Invariant($"{threshold:G4}")));

    /// <summary>By how much the coverage differs by chance, with the parts of the thresholds independent where examples are.</summary>
    private double Deviation(IReadOnlyList<int> targets, int[] examples)
    {
        List<double> parts = [.. targets.Zip(examples).GroupBy(row => Options.PerClass ? row.First : 0).Select(part =>
            Math.Sqrt(ConformalThreshold.CoverageVariance(
                Examples[part.Key], part.DistinctBy(row => row.Second).Count(), Options.Coverage)) * part.Count() / targets.Count)];
        return examples.Distinct().Count() < examples.Length ? parts.Sum() : Math.Sqrt(parts.Sum(part => part * part));
    }

    private int[] Set(double[] probabilities)
    {
        var scores = ClassScores.Of(probabilities, Options);
        int[] set = [.. ClassScores.ByProbability(probabilities).Where(c => scores[c] <= Thresholds[Options.PerClass ? c : 0])];
        return set.Length > 0 || Options.AllowEmpty ? set : [ClassScores.ByProbability(probabilities).First()];
    }

    private static void RequireEnough(int[] examples, ConformalSetOptions options)
    {
        var needed = ConformalThreshold.Needed(options.Coverage);
        if (examples.All(count => count >= needed))
            return;
        var coverage = PredictionText.Level(options.Coverage);
        var few = options.PerClass
            ? FormattableString.Invariant($"A coverage of {coverage} for each class needs at least {needed:N0} calibration ")
                + "examples of each, and there are " + string.Join(", ", examples.Select((count, c) => (Count: count, Class: c))
                    .Where(one => one.Count < needed).Take(10).Select(one => $"{one.Count} of class {one.Class}"))
            : FormattableString.Invariant($"A coverage of {coverage} needs at least {needed:N0} calibration examples, and ")
                + FormattableString.Invariant($"there are {examples[0]:N0}");
        throw new ArgumentException(
            $"{few}: give more, ask for less coverage, or set {nameof(ConformalSetOptions.AllowUnbounded)}, which answers with every class "
            + "where nothing less is guaranteed.");
    }
}
