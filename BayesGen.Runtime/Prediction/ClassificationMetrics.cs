using BayesGen.Data;

namespace BayesGen.Prediction;

/// <summary>How good probabilities of classes are. Pure functions over plain numbers.</summary>
/// <remarks>
/// Each takes for every example as many numbers as there are classes, from 0 to 1 with the sum 1, and refuses others with an
/// <see cref="ArgumentException"/> that names the example.
/// </remarks>
public static class ClassificationMetrics
{
    /// <summary>The number of bins that calibration errors are commonly reported with.</summary>
    public const int UsualBins = 15;

    /// <summary>The part of examples whose most probable class is the target, 0 to 1.</summary>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    public static double Accuracy(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets)
    {
        RequireFit(probabilities, targets);
        return probabilities.Zip(targets, (row, target) => TopClass(row) == target ? 1.0 : 0).Average();
    }

    /// <summary>The mean of -log p(target), nats; infinite where a target was held for impossible.</summary>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    public static double NegativeLogLikelihood(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets)
    {
        RequireFit(probabilities, targets);
        return probabilities.Zip(targets, (row, target) => -Math.Log(row[target])).Average();
    }

    /// <summary>
    /// The mean over examples of sum_c (p_c - [c is the target])^2, summed over all classes: 0 is perfect, 2 certain and wrong. Brier,
    /// "Verification of Forecasts Expressed in Terms of Probability", 1950.
    /// </summary>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    public static double BrierScore(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets)
    {
        RequireFit(probabilities, targets);
        return probabilities.Zip(targets, (row, target) =>
            row.Select((p, c) => p - (c == target ? 1 : 0)).Sum(error => error * error)).Average();
    }

    /// <summary>
    /// The expected calibration error: the mean over examples of |accuracy - confidence| of their bin. The variant of Guo et al., "On
    /// Calibration of Modern Neural Networks", 2017: the probability of the most probable class, bins of equal width.
    /// </summary>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    /// <param name="bins">The number of bins, at least 1.</param>
    /// <returns>0 to 1.</returns>
    public static double ExpectedCalibrationError(
        IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets, int bins = UsualBins) =>
        ReliabilityBins(probabilities, targets, bins)
            .Where(bin => bin.Count > 0)
            .Sum(bin => (double)bin.Count / probabilities.Count * Math.Abs(bin.Accuracy - bin.Confidence));

    /// <summary>
    /// The calibration error of each class: the mean over examples of |part that is of the class - mean probability of the class| of their
    /// bin, bins of equal width over the probability of that class. It sees what the error of the most probable class hides where one class
    /// is rare or weighs more in the loss.
    /// </summary>
    /// <remarks>
    /// Kull et al., "Beyond Temperature Scaling: Obtaining Well-Calibrated Multiclass Probabilities with Dirichlet Calibration", 2019,
    /// whose classwise error is the mean over the classes.
    /// </remarks>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    /// <param name="bins">The number of bins, at least 1.</param>
    /// <returns>For each class 0 to 1.</returns>
    public static IReadOnlyList<double> CalibrationErrorOfClasses(
        IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets, int bins = UsualBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        RequireFit(probabilities, targets);
        return [.. Enumerable.Range(0, probabilities[0].Length).Select(c => probabilities
            .Zip(targets, (row, target) => (Probability: row[c], IsClass: target == c ? 1.0 : 0))
            .GroupBy(example => BinOf(example.Probability, bins))
            .Sum(bin => Math.Abs(bin.Sum(example => example.IsClass - example.Probability))) / targets.Count)];
    }

    /// <summary>The bins of a reliability diagram: bin b holds the confidences above b / bins and up to (b + 1) / bins.</summary>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    /// <param name="bins">The number of bins, at least 1.</param>
    /// <returns>Every bin in order, empty ones included.</returns>
    public static IReadOnlyList<ReliabilityBin> ReliabilityBins(
        IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets, int bins = UsualBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        RequireFit(probabilities, targets);
        var inBin = probabilities
            .Zip(targets, (row, target) => (Confidence: row.Max(), IsRight: TopClass(row) == target))
            .ToLookup(example => BinOf(example.Confidence, bins));
        return [.. Enumerable.Range(0, bins).Select(bin => new ReliabilityBin(
            (double)bin / bins,
            (bin + 1.0) / bins,
            inBin[bin].Count(),
            inBin[bin].Select(example => example.Confidence).DefaultIfEmpty(double.NaN).Average(),
            inBin[bin].Select(example => example.IsRight ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average()))];
    }

    /// <summary>
    /// The calibration error of the most probable class with bins of equal numbers of examples: bins of equal width leave most of them
    /// empty where a network is nearly always sure. Examples of equal confidence count alike, whatever their order.
    /// </summary>
    /// <remarks>
    /// Nguyen, O'Connor, "Posterior Calibration and Exploratory Analysis for Natural Language Processing Models", 2015; Nixon et al.,
    /// "Measuring Calibration in Deep Learning", 2019. With bins that hold n_b examples each, the first ones one more where it does not
    /// come out even: sum_b n_b / N |accuracy_b - confidence_b|.
    /// </remarks>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    /// <param name="bins">The number of bins, at least 1; with fewer examples each has a bin of its own.</param>
    /// <returns>0 to 1.</returns>
    public static double AdaptiveCalibrationError(
        IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets, int bins = UsualBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        RequireFit(probabilities, targets);
        return AdaptiveError(probabilities.Zip(targets, (row, target) => (row.Max(), TopClass(row) == target ? 1.0 : 0)), bins);
    }

    /// <summary>
    /// The calibration error of each class, as <see cref="CalibrationErrorOfClasses"/>, with bins of equal numbers of examples over the
    /// probability of that class. Nixon et al. 2019, whose adaptive calibration error is the mean over the classes.
    /// </summary>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    /// <param name="bins">The number of bins, at least 1; with fewer examples each has a bin of its own.</param>
    /// <returns>For each class 0 to 1.</returns>
    public static IReadOnlyList<double> AdaptiveCalibrationErrorOfClasses(
        IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets, int bins = UsualBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        RequireFit(probabilities, targets);
        return [.. Enumerable.Range(0, probabilities[0].Length).Select(c => AdaptiveError(
            probabilities.Zip(targets, (row, target) => (row[c], target == c ? 1.0 : 0)), bins))];
    }

    /// <summary>Over bins of equal numbers of examples; those of equal probability count alike, whatever their order.</summary>
    private static double AdaptiveError(IEnumerable<(double Probability, double IsTrue)> examples, int bins)
    {
        (double Probability, double IsTrue)[] sorted =
        [
            .. examples.GroupBy(example => example.Probability)
                .OrderBy(tied => tied.Key)
                .SelectMany(tied => Enumerable.Repeat((tied.Key, tied.Average(example => example.IsTrue)), tied.Count())),
        ];
        return EqualParts.Of(sorted.Length, bins)
            .Sum(bin => Math.Abs(sorted[bin].Sum(example => example.IsTrue - example.Probability))) / sorted.Length;
    }

    /// <summary>
    /// The area under the ROC curve of each class against all others, by its probability: see <see cref="RankingMetrics.Auroc"/>.
    /// </summary>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    /// <returns>For each class 0 to 1; NaN for a class that no example has, or every one.</returns>
    public static IReadOnlyList<double> AurocOfClasses(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets) =>
        OneVersusRest(probabilities, targets, RankingMetrics.Auroc);

    /// <summary>
    /// The area under the precision-recall curve of each class against all others, by its probability: see
    /// <see cref="RankingMetrics.AveragePrecision"/>.
    /// </summary>
    /// <param name="probabilities">For each example the probability of each class.</param>
    /// <param name="targets">The class of each example.</param>
    /// <returns>For each class 0 to 1; NaN for a class that no example has, or every one.</returns>
    public static IReadOnlyList<double> AveragePrecisionOfClasses(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets) =>
        OneVersusRest(probabilities, targets, RankingMetrics.AveragePrecision);

    private static List<double> OneVersusRest(
        IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets,
        Func<IReadOnlyList<double>, IReadOnlyList<bool>, double> metric)
    {
        RequireFit(probabilities, targets);
        return [.. Enumerable.Range(0, probabilities[0].Length).Select(c =>
        {
            bool[] isClass = [.. targets.Select(target => target == c)];
            return isClass.Distinct().Count() == 2 ? metric([.. probabilities.Select(row => row[c])], isClass) : double.NaN;
        })];
    }

    /// <summary>The place of the largest probability, of equals the first.</summary>
    internal static int TopClass(double[] probabilities)
    {
        var top = 0;
        for (var c = 1; c < probabilities.Length; c++)
            if (probabilities[c] > probabilities[top])
                top = c;
        return top;
    }

    private static int BinOf(double probability, int bins) => Math.Clamp((int)Math.Ceiling(probability * bins) - 1, 0, bins - 1);

    /// <summary>Refuses targets that do not belong to the probabilities, and what are no probabilities; examples are named.</summary>
    internal static void RequireFit(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(targets);
        if (probabilities.Count != targets.Count || targets.Count == 0)
            throw new ArgumentException(
                $"There are {targets.Count} targets for {probabilities.Count} examples; expected one for each, and at least one.",
                nameof(targets));
        AnswerCheck.RequireNumbers(probabilities, "probabilities", nameof(probabilities));
        for (var i = 0; i < targets.Count; i++)
        {
            if (probabilities[i].Length != probabilities[0].Length)
                throw new ArgumentException(
                    $"Example {i} has probabilities of {probabilities[i].Length} classes, and example 0 of {probabilities[0].Length}.",
                    nameof(probabilities));
            AnswerCheck.RequireProbabilities(probabilities[i], i);
            if (targets[i] < 0 || targets[i] >= probabilities[i].Length)
                throw new ArgumentException(
                    $"The target {targets[i]} of example {i} is none of the {probabilities[i].Length} classes, 0 to "
                    + $"{probabilities[i].Length - 1}.",
                    nameof(targets));
        }
    }
}

/// <summary>The examples whose confidence lies in one bin.</summary>
/// <param name="Lower">The lower end of the bin; it belongs to the bin below.</param>
/// <param name="Upper">The upper end of the bin, included.</param>
/// <param name="Count">The number of examples.</param>
/// <param name="Confidence">Their mean confidence; NaN where there are none.</param>
/// <param name="Accuracy">The part of them that is right; NaN where there are none.</param>
public sealed record ReliabilityBin(double Lower, double Upper, int Count, double Confidence, double Accuracy);
