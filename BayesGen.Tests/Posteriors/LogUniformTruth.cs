namespace BayesGen.Tests;

/// <summary>KL(N(m, alpha m^2) || log-uniform) without an approximation, for the constant at which it vanishes for pure noise.</summary>
internal static class LogUniformTruth
{
    /// <summary>What the documentation states of the approximation by Molchanov et al., for log alpha in [-8, 8].</summary>
    public const double LargestErrorOfTheApproximation = 0.0095;

    /// <summary>Of its slope.</summary>
    public const double LargestErrorOfTheSlope = 0.014;

    private const double EulerGamma = 0.57721566490153286;

    /// <summary>-E log|z|, z ~ N(0, 1): (gamma + log 2) / 2.</summary>
    public static readonly double PureNoise = (EulerGamma + Math.Log(2)) / 2;

    /// <summary>
    /// -log(alpha) / 2 + E log|e|, e ~ N(1, alpha), plus <see cref="PureNoise"/>. As e^2 / alpha is a chi-square of one degree of freedom
    /// and noncentrality 1 / alpha, a mixture of chi-squares of 2j + 1 degrees by the Poisson weights of 1 / (2 alpha),
    /// E log e^2 = log(2 alpha) + sum_j Poisson(j) psi(j + 1/2).
    /// </summary>
    public static double Divergence(double logAlpha)
    {
        var rate = 0.5 * Math.Exp(-logAlpha);
        // All but a part of 1e-20 lies within twelve standard deviations.
        var last = (int)(rate + 12 * Math.Sqrt(rate) + 40);
        var logWeight = -rate;
        var psi = -EulerGamma - 2 * Math.Log(2);
        double sum = 0;
        for (var j = 0; j <= last; j++)
        {
            sum += Math.Exp(logWeight) * psi;
            logWeight += Math.Log(rate) - Math.Log(j + 1);
            psi += 1 / (j + 0.5);
        }

        return 0.5 * (Math.Log(2) + sum) + PureNoise;
    }

    /// <summary>The same by numeric integration, to hold the series against.</summary>
    public static double Integrated(double logAlpha)
    {
        // By the midpoint rule, which never hits the integrable singularity at z = -1/s exactly.
        var s = Math.Exp(0.5 * logAlpha);
        const int Steps = 4_000_000;
        const double Range = 12;
        var sum = 0.0;
        for (var i = 0; i < Steps; i++)
        {
            var z = -Range + 2 * Range * (i + 0.5) / Steps;
            sum += Math.Log(Math.Abs(1 + s * z)) * Math.Exp(-0.5 * z * z);
        }

        return -0.5 * logAlpha + sum * (2 * Range / Steps) / Math.Sqrt(2 * Math.PI) + PureNoise;
    }
}
