namespace BayesGen.Likelihoods;

/// <summary>Integrals of smooth functions over an interval.</summary>
internal static class Integral
{
    private const double Tolerance = 1e-9;

    private const int Deepest = 24;

    /// <summary>By Simpson's rule, halved until both halves agree with the whole to about nine digits of 1.</summary>
    public static double Of(Func<double, double> function, double from, double to)
    {
        var (first, middle, last) = (function(from), function((from + to) / 2), function(to));
        return Halved(function, from, to, first, middle, last, (to - from) / 6 * (first + 4 * middle + last), Deepest);
    }

    private static double Halved(
        Func<double, double> function, double from, double to, double first, double middle, double last, double whole, int depth)
    {
        var center = (from + to) / 2;
        var (left, right) = (function((from + center) / 2), function((center + to) / 2));
        var (ofLeft, ofRight) = ((center - from) / 6 * (first + 4 * left + middle), (to - center) / 6 * (middle + 4 * right + last));
        var difference = ofLeft + ofRight - whole;
        return depth == 0 || Math.Abs(difference) < 15 * Tolerance && depth < Deepest - 2
            ? ofLeft + ofRight + difference / 15
            : Halved(function, from, center, first, left, middle, ofLeft, depth - 1)
                + Halved(function, center, to, middle, right, last, ofRight, depth - 1);
    }
}
