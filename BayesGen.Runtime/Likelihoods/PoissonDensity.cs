namespace BayesGen.Likelihoods;

/// <summary>Counts of a rate: the mean and the variance of a component are both the rate.</summary>
internal sealed class PoissonDensity : TargetDensity
{
    public const string Kind = "poisson";

    /// <summary>Up to this rate probabilities are added up from 0 on; exp(-rate) is a normal number there.</summary>
    private const double MostAddedUp = 600;

    /// <summary>Wide sums are taken in so many steps, over which a distribution function of large rates is smooth.</summary>
    private const double MostSteps = 20_000;

    /// <summary>What rounding may take from a sum of probabilities.</summary>
    private const double Slack = 1e-13;

    /// <inheritdoc/>
    public override string Name => Kind;

    /// <inheritdoc/>
    public override double Log(double target, double mean, double variance) => target < 0 || target != Math.Floor(target)
        ? double.NegativeInfinity
        : mean > 0 ? target * Math.Log(mean) - mean - LogGamma.Of(target + 1) : target == 0 ? 0 : double.NegativeInfinity;

    /// <inheritdoc/>
    public override double Quantile(double[] means, double[] variances, double p)
    {
        var (count, last) = (0.0, Last(means));
        if (means.Max() <= MostAddedUp)
        {
            foreach (var below in AddedUp(means))
            {
                if (below >= p - Slack || count >= last)
                    break;
                count++;
            }

            return count;
        }

        // The distribution function is below p at low, and at least p at high.
        var (low, high) = (-1.0, last);
        while (high - low > 1)
        {
            var middle = Math.Floor((low + high) / 2);
            if (Cdf(middle, means) < p - Slack)
                low = middle;
            else
                high = middle;
        }

        return high;
    }

    /// <inheritdoc/>
    public override double Crps(double target, double[] means, double[] variances)
    {
        // Above the last count there is nothing: up to a target there each count adds 1.
        var last = Last(means);
        var (sum, above) = (0.0, Math.Max(0, target - 1 - last));
        if (means.Max() <= MostAddedUp)
        {
            var count = 0.0;
            foreach (var below in AddedUp(means))
            {
                sum += Square(below - (target <= count ? 1 : 0));
                if (++count > last)
                    break;
            }

            return sum + above;
        }

        // Below the first count and the target, and above the last, the difference is 0 or 1.
        var first = Math.Max(0, Math.Floor(means.Min() - Reach(means.Min())));
        var step = Math.Max(1, Math.Floor((last - first) / MostSteps));
        for (var at = first; at <= last; at += step)
            sum += step * Square(Cdf(at, means) - (target <= at ? 1 : 0));
        return sum + Math.Max(0, first - target) + above;
    }

    /// <summary>P(n &lt;= 0), P(n &lt;= 1), ... of the mixture, without an end.</summary>
    private static IEnumerable<double> AddedUp(double[] rates)
    {
        double[] ofCount = [.. rates.Select(rate => Math.Exp(-rate))];
        var sum = 0.0;
        for (var count = 1; ; count++)
        {
            sum += ofCount.Average();
            yield return Math.Min(sum, 1);
            for (var k = 0; k < rates.Length; k++)
                ofCount[k] *= rates[k] / count;
        }
    }

    private static double Cdf(double count, double[] rates) =>
        count < 0 ? 0 : rates.Average(rate => IncompleteGamma.Upper(count + 1, rate));

    /// <summary>A count above which there is nothing.</summary>
    private static double Last(double[] rates) => Math.Ceiling(rates.Max() + Reach(rates.Max()));

    private static double Reach(double rate) => 12 * Math.Sqrt(rate) + 40;

    private static double Square(double number) => number * number;
}
