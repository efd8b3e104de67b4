namespace BayesGen.Likelihoods;

/// <summary>The regularized incomplete beta function: the distribution function of Student's t.</summary>
internal static class IncompleteBeta
{
    private const double Precision = 1e-15;

    /// <summary>Keeps a denominator of the continued fraction from being 0.</summary>
    private const double Epsilon = 1e-300;

    private const int MostTerms = 10_000;

    /// <summary>I_x(a, b), by its continued fraction on the side where that converges fast.</summary>
    /// <remarks>Abramowitz, Stegun, "Handbook of Mathematical Functions", 1964, 26.5.8.</remarks>
    /// <param name="x">0 to 1.</param>
    /// <param name="a">At least 0.5.</param>
    /// <param name="b">At least 0.5.</param>
    public static double Regularized(double x, double a, double b)
    {
        if (x <= 0)
            return 0;
        if (x >= 1)
            return 1;
        var factor = Math.Exp(
            LogGamma.Of(a + b) - LogGamma.Of(a) - LogGamma.Of(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        return x < (a + 1) / (a + b + 2) ? factor * Fraction(x, a, b) / a : 1 - factor * Fraction(1 - x, b, a) / b;
    }

    /// <summary>By the method of Lentz, from the front.</summary>
    private static double Fraction(double x, double a, double b)
    {
        var (c, d) = (1.0, 1 / NotZero(1 - (a + b) * x / (a + 1)));
        var value = d;
        for (var m = 1; m < MostTerms; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            value *= Next(even, ref c, ref d);
            var last = Next(odd, ref c, ref d);
            value *= last;
            if (Math.Abs(last - 1) < Precision)
                break;
        }

        return value;
    }

    private static double Next(double numerator, ref double c, ref double d)
    {
        d = 1 / NotZero(1 + numerator * d);
        c = NotZero(1 + numerator / c);
        return d * c;
    }

    private static double NotZero(double number) => Math.Abs(number) < Epsilon ? Epsilon : number;
}
