namespace BayesGen.Likelihoods;

/// <summary>The logarithm of the gamma function, of which .NET has none.</summary>
internal static class LogGamma
{
    private const double HalfLogTwoPi = 0.91893853320467274;

    /// <summary>The sum of Lanczos for g = 7, in the coefficients that are in common use.</summary>
    private static readonly double[] Coefficients =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
        -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>log Gamma(x) to about 14 digits.</summary>
    /// <param name="x">At least 0.5.</param>
    /// <remarks>Lanczos, "A Precision Approximation of the Gamma Function", 1964.</remarks>
    public static double Of(double x)
    {
        var sum = Coefficients[0];
        for (var i = 1; i < Coefficients.Length; i++)
            sum += Coefficients[i] / (x - 1 + i);
        var shifted = x + 6.5;
        return HalfLogTwoPi + (x - 0.5) * Math.Log(shifted) - shifted + Math.Log(sum);
    }
}
