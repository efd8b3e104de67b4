using System.Globalization;

namespace BayesGen.Prediction;

/// <summary>
/// Several models on one data set: a table of figures with a row for each, and how the error falls when the least sure answers are left
/// out. Plain numbers; <see cref="ToString"/> is the table as Markdown.
/// </summary>
public sealed class Comparison
{
    private static readonly string[] OfClasses = ["accuracy", "NLL", "Brier", "ECE", "mean entropy"];
    private static readonly string[] OfNumbers = ["RMSE", "NLL", "CRPS"];

    private Comparison(IReadOnlyList<string> names, IReadOnlyList<string> columns, IReadOnlyList<double[]> rows) =>
        (Names, Columns, Rows) = (names, columns, rows);

    /// <summary>The names of the models, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The names of the figures. Of all but accuracy, entropy and coverage less is better.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>For each model its figures.</summary>
    public IReadOnlyList<double[]> Rows { get; }

    /// <summary>
    /// For each model the error of the k most sure answers, k from 1 to the number of examples: of classes the part that is wrong, by
    /// confidence (risk and coverage); of numbers the root mean squared error, by predictive variance (sparsification). The last one is
    /// the error of all.
    /// </summary>
    public required IReadOnlyList<double[]> RiskCurves { get; init; }

    /// <summary>What the curves measure.</summary>
    public required string Risk { get; init; }

    /// <summary>Compares models of classes.</summary>
    /// <param name="models">For each its name and its evaluation, all on the same examples in the same order.</param>
    /// <exception cref="ArgumentException">There is none, two have one name, or they were evaluated on different targets.</exception>
    public static Comparison Of(params IReadOnlyList<(string Name, ClassEvaluation Evaluation)> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        Require([.. models.Select(model => (model.Name, Numbers(model.Evaluation.Targets)))]);
        return new Comparison(
            [.. models.Select(model => model.Name)],
            OfClasses,
            [.. models.Select(model => model.Evaluation).Select(one => new[]
            {
                one.Accuracy, one.NegativeLogLikelihood, one.BrierScore, one.ExpectedCalibrationError, one.Prediction.Entropy.Average(),
            })])
        {
            Risk = "wrong",
            RiskCurves = [.. models.Select(model => model.Evaluation).Select(one => Curve(
                one.Prediction.Count, i => -one.Prediction.Confidence[i], i => [one.Prediction.Classes[i] == one.Targets[i] ? 0 : 1]))],
        };
    }

    /// <summary>Compares models of numbers.</summary>
    /// <param name="models">
    /// For each its name and its evaluation, all on the same examples in the same order and by the same levels.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is none, two have one name, or they were evaluated on different targets or levels.
    /// </exception>
    public static Comparison Of(params IReadOnlyList<(string Name, RegressionEvaluation Evaluation)> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        Require([.. models.Select(model => (model.Name, model.Evaluation.Targets))]);
        var levels = models[0].Evaluation.Intervals.Select(interval => interval.Level).ToList();
        if (models.FirstOrDefault(model => !model.Evaluation.Intervals.Select(interval => interval.Level).SequenceEqual(levels)) is
            { Name: { } other })
            throw new ArgumentException($"'{other}' has intervals of other levels than '{models[0].Name}': evaluate both by the same.");
        return new Comparison(
            [.. models.Select(model => model.Name)],
            [.. OfNumbers, .. levels.Select(PredictionText.Level).SelectMany(level => (string[])[$"{level} holds", $"{level} width"])],
            [.. models.Select(model => model.Evaluation).Select(one => (double[])
            [
                one.RootMeanSquaredError, one.NegativeLogLikelihood, one.Crps,
                .. one.Intervals.SelectMany(interval => (double[])[interval.Coverage, interval.MeanWidth]),
            ])])
        {
            Risk = "RMSE",
            RiskCurves = [.. models.Select(model => model.Evaluation).Select(one => (double[])[.. Curve(
                one.Prediction.Count,
                i => one.Prediction.Variance[i].Sum(),
                i => one.Prediction.Mean[i].Zip(one.Targets[i], (mean, target) => (mean - target) * (mean - target))
                    .Where(square => !double.IsNaN(square)))
                .Select(Math.Sqrt)])],
        };
    }

    /// <summary>A table of Markdown, a row for each model.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            $"| model | {string.Join(" | ", Columns)} |",
            $"|---|{string.Concat(Columns.Select(_ => "---|"))}",
            .. Names.Zip(Rows, (name, row) => $"| {name} | {string.Join(" | ", row.Select(number => Text($"{number:G4}")))} |"),
        ]);

    /// <summary>
    /// Means of the losses of the surest examples, the surest first. Each loss counts alike, as in the figures: where targets are missing
    /// an example has fewer.
    /// </summary>
    private static double[] Curve(int count, Func<int, double> doubt, Func<int, IEnumerable<double>> losses)
    {
        var curve = new double[count];
        var (sum, added, k) = (0.0, 0, 0);
        foreach (var i in Enumerable.Range(0, count).OrderBy(doubt))
        {
            foreach (var loss in losses(i))
                (sum, added) = (sum + loss, added + 1);
            curve[k++] = sum / added;
        }

        return curve;
    }

    private static IReadOnlyList<double[]> Numbers(IReadOnlyList<int> classes) => [.. classes.Select(number => new double[] { number })];

    private static void Require(IReadOnlyList<(string Name, IReadOnlyList<double[]> Targets)> models)
    {
        if (models.Count == 0)
            throw new ArgumentException("There is no model to compare.", nameof(models));
        if (models.GroupBy(model => model.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two models are called '{twice.Key}'.", nameof(models));
        foreach (var (name, targets) in models)
            if (targets.Count == 0 || targets.Count != models[0].Targets.Count
                || !targets.Zip(models[0].Targets, (one, other) => one.AsSpan().SequenceEqual(other)).All(same => same))
                throw new ArgumentException(
                    $"'{name}' was evaluated on other targets than '{models[0].Name}': a comparison is on one data set, in one order.",
                    nameof(models));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
