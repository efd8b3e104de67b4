using System.Globalization;

namespace BayesGen.Prediction;

/// <summary>Numbers of predictions as text, with the digits that say something.</summary>
internal static class PredictionText
{
    /// <summary>More a double does not hold.</summary>
    private const int Most = 17;

    /// <summary>A part as it was asked for, in percent with all of its digits: rounded, 99.5 % and 99.9 % would both be 100 %.</summary>
    public static string Level(double level) => string.Create(CultureInfo.InvariantCulture, $"{100 * level:0.######} %");

    /// <summary>
    /// A number with so many significant digits that what is left of it is small beside a unit: a mean of a million with a deviation of ten
    /// takes more digits than one around 0.
    /// </summary>
    /// <param name="number">The number.</param>
    /// <param name="unit">What is small beside it, such as its deviation; not negative.</param>
    /// <param name="least">The fewest significant digits.</param>
    /// <param name="ofUnit">How many digits of the unit are told.</param>
    public static string Beside(double number, double unit, int least, int ofUnit)
    {
        var digits = Math.Ceiling(Math.Log10(Math.Abs(number) / unit)) + ofUnit;
        var kept = double.IsNaN(digits) || number == 0 ? least : Math.Clamp(digits, least, Most);
        return number.ToString(kept < Most ? FormattableString.Invariant($"G{kept:F0}") : "R", CultureInfo.InvariantCulture);
    }
}
