using static System.FormattableString;

namespace BayesGen.Plots.Verdicts;

/// <summary>Whether a classifier is as sure as it should be.</summary>
internal static class CalibrationVerdict
{
    /// <summary>Fewer predictions than this say little.</summary>
    private const long Fewest = 100;

    /// <summary>An error that nobody would act on.</summary>
    private const double Small = 0.02;

    /// <param name="bins">Bins that are not empty: the number of predictions, their mean confidence and accuracy.</param>
    public static Verdict Of(IReadOnlyList<(long Count, double Confidence, double Accuracy)> bins)
    {
        double all = bins.Sum(bin => bin.Count);
        if (all < Fewest)
            return new Verdict(
                VerdictKind.Unclear, "Too few predictions to judge.",
                Invariant($"{all:N0} are here; a few hundred show how well calibrated a network is."));
        var error = bins.Sum(bin => bin.Count / all * Math.Abs(bin.Accuracy - bin.Confidence));
        var confidence = bins.Sum(bin => bin.Count / all * bin.Confidence);
        var accuracy = bins.Sum(bin => bin.Count / all * bin.Accuracy);
        var numbers = Invariant($"Its mean confidence is {confidence * 100:F1} % and its accuracy {accuracy * 100:F1} %.");
        // What a perfectly calibrated network would show of chance: E|x| of a normal x is sqrt(2 / pi) of its standard deviation.
        var chance = bins.Sum(bin => bin.Count / all * Math.Sqrt(2 / Math.PI * bin.Confidence * (1 - bin.Confidence) / bin.Count));
        if (error <= Math.Max(Small, 2 * chance))
            return new Verdict(
                VerdictKind.Good, "Well calibrated.",
                Invariant($"The expected calibration error is {error * 100:F1} %. ") + numbers
                    + " Its probabilities can be taken at their word.");
        // Errors of both signs cancel in the difference of the means.
        if (Math.Abs(confidence - accuracy) < error / 2)
            return new Verdict(
                VerdictKind.Watch, "Too sure in some places, not sure enough in others.",
                Invariant($"The expected calibration error is {error * 100:F1} %. ") + numbers
                    + " One temperature cannot cure both; train longer or take more draws.");
        return confidence > accuracy
            ? new Verdict(
                VerdictKind.Watch, "Over-confident.",
                numbers + " Divide its logits by a temperature fitted on validation data (TemperatureScaling), or stop earlier.")
            : new Verdict(
                VerdictKind.Watch, "Under-confident.",
                numbers + " Train longer, lower beta, or fit a temperature on validation data (TemperatureScaling).");
    }
}
