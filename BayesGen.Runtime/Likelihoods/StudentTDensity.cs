namespace BayesGen.Likelihoods;

/// <summary>Student's t around a mean: Gaussian in the middle, with tails that an outlier does not surprise.</summary>
/// <remarks>
/// With nu degrees of freedom and scale s the variance is s^2 nu / (nu - 2), which is what components are given by. The distribution
/// function of all components is one function, which is tabulated over asinh(z) once: a prediction asks for it millions of times.
/// </remarks>
/// <param name="degreesOfFreedom">nu, above 2.</param>
internal sealed class StudentTDensity(double degreesOfFreedom) : TargetDensity
{
    public const string Kind = "student-t";

    private const int Intervals = 4096;

    /// <summary>What keeps a variance that has come to 0 from being divided by.</summary>
    private const double Smallest = 1e-300;

    /// <summary>The table reaches to sinh of this, 10^6 scales; from there on the function itself is asked.</summary>
    private const double Widest = 14.508657738524219;

    private const double Step = Widest / Intervals;

    private const int Halvings = 90;

    private readonly double _nu = degreesOfFreedom;

    private readonly double _constant = LogGamma.Of((degreesOfFreedom + 1) / 2) - LogGamma.Of(degreesOfFreedom / 2)
        - 0.5 * Math.Log(degreesOfFreedom * Math.PI);

    private readonly Lazy<(double[] Tail, double[] Slope)> _table = new(() => Tabulated(degreesOfFreedom));

    /// <inheritdoc/>
    public override string Name => Kind;

    /// <summary>nu.</summary>
    public double DegreesOfFreedom => _nu;

    /// <inheritdoc/>
    public override double Log(double target, double mean, double variance)
    {
        var scale = Scale(variance);
        var standard = (target - mean) / scale;
        return _constant - Math.Log(scale) - (_nu + 1) / 2 * double.LogP1(standard * standard / _nu);
    }

    /// <inheritdoc/>
    public override double Quantile(double[] means, double[] variances, double p)
    {
        var standard = Halved(-1e9, 1e9, z => Cdf(z) < p);
        double[] ofComponents = [.. means.Select((mean, k) => mean + Scale(variances[k]) * standard)];
        return Halved(ofComponents.Min(), ofComponents.Max(), z => Cdf(z, means, variances) < p);
    }

    /// <inheritdoc/>
    public override double Crps(double target, double[] means, double[] variances)
    {
        double[] scales = [.. variances.Select(Scale)];
        var (center, width) = (means.Average(), scales.Average());

        // Over v with z = center + width sinh v, where both tails fall exponentially; in pieces between what may have a kink.
        const double Far = 1e4;
        double[] ends = [.. means.Select((mean, k) => mean - Far * scales[k]), .. means.Select((mean, k) => mean + Far * scales[k])];
        double[] pieces = [.. means.Concat(ends.Where(end => end == ends.Min() || end == ends.Max())).Append(target)
            .Select(z => Math.Asinh((z - center) / width)).Distinct().Order()];
        var (at, sum) = (Math.Asinh((target - center) / width), 0.0);
        for (var i = 1; i < pieces.Length; i++)
            sum += Integral.Of(pieces[i] <= at ? Below : Above, pieces[i - 1], pieces[i]);
        return sum * width;

        double Below(double v) => Square(Cdf(center + width * Math.Sinh(v), means, variances)) * Math.Cosh(v);
        double Above(double v) => Square(1 - Cdf(center + width * Math.Sinh(v), means, variances)) * Math.Cosh(v);
    }

    /// <summary>P(t &lt;= z) of the standard variable.</summary>
    public double Cdf(double z)
    {
        var tail = Tail(Math.Abs(z));
        return z < 0 ? tail : 1 - tail;
    }

    private double Cdf(double z, double[] means, double[] variances)
    {
        var sum = 0.0;
        for (var k = 0; k < means.Length; k++)
            sum += Cdf((z - means[k]) / Scale(variances[k]));
        return sum / means.Length;
    }

    /// <summary>P(t &gt; z), z at least 0: by cubic pieces with the slopes of the table.</summary>
    private double Tail(double z)
    {
        var place = Math.Asinh(z) / Step;
        if (!(place < Intervals))
            return TailOf(z, _nu);
        var (tail, slope) = _table.Value;
        var i = (int)place;
        var t = place - i;
        var u = 1 - t;
        return u * u * (1 + 2 * t) * tail[i] + t * t * (3 - 2 * t) * tail[i + 1]
            + Step * t * u * (u * slope[i] - t * slope[i + 1]);
    }

    private double Scale(double variance) => Math.Sqrt(Math.Max(variance, Smallest) * (_nu - 2) / _nu);

    private static (double[] Tail, double[] Slope) Tabulated(double nu)
    {
        var constant = Math.Exp(LogGamma.Of((nu + 1) / 2) - LogGamma.Of(nu / 2) - 0.5 * Math.Log(nu * Math.PI));
        double[] places = [.. Enumerable.Range(0, Intervals + 1).Select(i => i * Step)];
        return (
            Array.ConvertAll(places, v => TailOf(Math.Sinh(v), nu)),
            Array.ConvertAll(places, v => -constant * Math.Pow(1 + Square(Math.Sinh(v)) / nu, -(nu + 1) / 2) * Math.Cosh(v)));
    }

    private static double TailOf(double z, double nu) =>
        double.IsPositiveInfinity(z) ? 0 : 0.5 * IncompleteBeta.Regularized(nu / (nu + z * z), nu / 2, 0.5);

    private static double Square(double number) => number * number;

    /// <summary>Where a condition that holds on the left ends.</summary>
    private static double Halved(double low, double high, Func<double, bool> isLeft)
    {
        for (var i = 0; i < Halvings && low < high; i++)
        {
            var middle = (low + high) / 2;
            if (isLeft(middle))
                low = middle;
            else
                high = middle;
        }

        return (low + high) / 2;
    }
}
