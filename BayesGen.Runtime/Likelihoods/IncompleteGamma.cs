namespace BayesGen.Likelihoods;

/// <summary>The regularized incomplete gamma function: sums of Poisson probabilities.</summary>
internal static class IncompleteGamma
{
    private const double Precision = 1e-16;

    /// <summary>Keeps a denominator of a continued fraction from being 0.</summary>
    private const double Epsilon = 1e-300;

    private const int MostTerms = 1_000_000;

    /// <summary>
    /// Q(a, x) = Gamma(a, x) / Gamma(a), which is P(n &lt; a) of a Poisson variable n of rate x where a is whole: by the series of its
    /// complement below a + 1, by the continued fraction above.
    /// </summary>
    /// <remarks>Abramowitz, Stegun, "Handbook of Mathematical Functions", 1964, 6.5.29 and 6.5.31.</remarks>
    /// <param name="a">Positive.</param>
    /// <param name="x">Not negative.</param>
    public static double Upper(double a, double x)
    {
        if (x <= 0)
            return 1;
        var factor = Math.Exp(a * Math.Log(x) - x - LogGamma.Of(a));
        return x < a + 1 ? 1 - factor * Series(a, x) : factor * Fraction(a, x);
    }

    private static double Series(double a, double x)
    {
        var (sum, term) = (1 / a, 1 / a);
        for (var n = 1; n < MostTerms && term > sum * Precision; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum;
    }

    /// <summary>By the method of Lentz, from the front.</summary>
    private static double Fraction(double a, double x)
    {
        var b = x + 1 - a;
        var (c, d) = (1 / Epsilon, 1 / b);
        var value = d;
        for (var n = 1; n < MostTerms; n++)
        {
            var numerator = -n * (n - a);
            b += 2;
            d = 1 / NotZero(numerator * d + b);
            c = NotZero(b + numerator / c);
            value *= d * c;
            if (Math.Abs(d * c - 1) < Precision * 10)
                break;
        }

        return value;
    }

    private static double NotZero(double number) => Math.Abs(number) < Epsilon ? Epsilon : number;
}
