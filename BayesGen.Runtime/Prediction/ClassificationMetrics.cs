namespace BayesGen.Prediction;

/// <summary>How good probabilities of classes are. Pure functions over plain numbers.</summary>
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

    private static void RequireFit(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(targets);
        if (probabilities.Count != targets.Count || targets.Count == 0)
            throw new ArgumentException(
                $"There are {targets.Count} targets for {probabilities.Count} examples; expected one for each, and at least one.",
                nameof(targets));
        AnswerCheck.RequireNumbers(probabilities, "probabilities", nameof(probabilities));
        for (var i = 0; i < targets.Count; i++)
            if (targets[i] < 0 || targets[i] >= probabilities[i].Length)
                throw new ArgumentException(
                    $"The target {targets[i]} of example {i} is none of the {probabilities[i].Length} classes, 0 to {probabilities[i].Length - 1}.",
                    nameof(targets));
    }
}

/// <summary>The examples whose confidence lies in one bin.</summary>
/// <param name="Lower">The lower end of the bin; it belongs to the bin below.</param>
/// <param name="Upper">The upper end of the bin, included.</param>
/// <param name="Count">The number of examples.</param>
/// <param name="Confidence">Their mean confidence; NaN where there are none.</param>
/// <param name="Accuracy">The part of them that is right; NaN where there are none.</param>
public sealed record ReliabilityBin(double Lower, double Upper, int Count, double Confidence, double Accuracy);
