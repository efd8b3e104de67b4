namespace BayesGen.Prediction;

/// <summary>
/// Mixtures of Gaussians with equal weights: what a regression network predicts, one component for each draw of its weights. Pure functions
/// over tensors.
/// </summary>
public static class GaussianMixture
{
    /// <summary>After so many halvings the bracket is at the precision of the numbers themselves.</summary>
    private const int Halvings = 64;

    /// <summary>The smallest normal double.</summary>
    private const double Smallest = 2.2250738585072014e-308;

    /// <summary>P(y &lt;= x) = mean_k Phi((x - mean_k) / sigma_k).</summary>
    /// <param name="x">[...].</param>
    /// <param name="means">[K, ...], the components first.</param>
    /// <param name="deviations">[K, ...], standard deviations.</param>
    /// <returns>A new tensor [...], 0 to 1.</returns>
    public static Tensor Cdf(Tensor x, Tensor means, Tensor deviations)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require(means, deviations);
        using var scope = NewDisposeScope();
        // A component without any width is a step; the smallest number keeps it one instead of 0 / 0.
        var standard = (x.unsqueeze(0) - means) / deviations.clamp(min: Smallest);
        return ((standard * -Math.Sqrt(0.5)).erfc() * 0.5).mean([0]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The x with P(y &lt;= x) = p, exact to the precision of the numbers: by bisection between the smallest and the largest quantile of a
    /// component, never from the moments. With one component it is mean + sigma z_p.
    /// </summary>
    /// <param name="means">[K, ...], the components first; float64 for full precision.</param>
    /// <param name="deviations">[K, ...], standard deviations.</param>
    /// <param name="p">Above 0 and below 1.</param>
    /// <returns>A new tensor [...].</returns>
    public static Tensor Quantile(Tensor means, Tensor deviations, double p)
    {
        Require(means, deviations);
        if (!(p > 0 && p < 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "A quantile lies between the probabilities 0 and 1.");
        using var scope = NewDisposeScope();
        var z = tensor(2 * p - 1, dtype: ScalarType.Float64, device: CPU).erfinv().item<double>() * Math.Sqrt(2);
        var ofComponents = means + deviations * z;
        var (low, high) = (ofComponents.amin([0]), ofComponents.amax([0]));
        for (var i = 0; i < Halvings && !low.eq(high).all().item<bool>(); i++)
        {
            using var step = NewDisposeScope();
            var middle = (low + high) / 2;
            var isBelow = Cdf(middle, means, deviations) < p;
            low = where(isBelow, middle, low).MoveToOuterDisposeScope();
            high = where(isBelow, high, middle).MoveToOuterDisposeScope();
        }

        return ((low + high) / 2).MoveToOuterDisposeScope();
    }

    private static void Require(Tensor means, Tensor deviations)
    {
        ArgumentNullException.ThrowIfNull(means);
        ArgumentNullException.ThrowIfNull(deviations);
        if (means.dim() == 0 || !means.shape.AsSpan().SequenceEqual(deviations.shape))
            throw new ArgumentException(
                $"Means [{string.Join(", ", means.shape)}] and deviations [{string.Join(", ", deviations.shape)}] need one shape, the "
                + "components in the first dimension.", nameof(deviations));
    }
}
