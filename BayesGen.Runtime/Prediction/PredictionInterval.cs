using System.Globalization;
using System.Text.Json.Serialization;

namespace BayesGen.Prediction;

/// <summary>Prediction intervals. As JSON one object for each example; <see cref="ToString"/> has a line for each of the first.</summary>
/// <param name="Level">
/// The probability that an interval holds its target: if the model is right, or as calibration data guarantee it.
/// </param>
/// <param name="Lower">For each example the lower end for each output.</param>
/// <param name="Upper">For each example the upper end for each output.</param>
[JsonConverter(typeof(PredictionIntervalJson))]
public sealed record PredictionInterval(double Level, IReadOnlyList<double[]> Lower, IReadOnlyList<double[]> Upper)
{
    private const int Shown = 10;

    /// <summary>A line for each of the first examples.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            string.Create(CultureInfo.InvariantCulture, $"{Lower.Count:N0} examples, intervals of {PredictionText.Level(Level)}"),
            .. Enumerable.Range(0, Math.Min(Lower.Count, Shown)).Select(i => $"{i}: " + string.Join("; ", Lower[i].Zip(
                Upper[i], (low, high) => $"{End(low, high - low)} to {End(high, high - low)}"))),
            .. Lower.Count > Shown
                ? [string.Create(CultureInfo.InvariantCulture, $"... and {Lower.Count - Shown:N0} more")]
                : Array.Empty<string>(),
        ]);

    /// <summary>Ends that lie close together far from 0 are not alike.</summary>
    private static string End(double end, double width) => PredictionText.Beside(end, width, least: 4, ofUnit: 3);
}
