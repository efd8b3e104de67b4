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
        // A component without any width is a step; the smallest number keeps it one instead of 0 / 0, and is a number in float64 alone.
        var standard = Wide(x).unsqueeze(0).Subtract(Wide(means)) / Wide(deviations).clamp(min: Operand(Smallest));
        return ((standard * Operand(-Math.Sqrt(0.5))).erfc() * Operand(0.5)).mean([0]).to(means.dtype).MoveToOuterDisposeScope();
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
        var ofComponents = means.AddTo(deviations * Operand(z));
        var (low, high) = (ofComponents.amin([0]), ofComponents.amax([0]));
        for (var i = 0; i < Halvings && !low.eq(high).all().item<bool>(); i++)
        {
            using var step = NewDisposeScope();
            var middle = low.AddTo(high) / Operand(2);
            var isBelow = Cdf(middle, means, deviations) < Operand(p);
            low = where(isBelow, middle, low).MoveToOuterDisposeScope();
            high = where(isBelow, high, middle).MoveToOuterDisposeScope();
        }

        return (low.AddTo(high) / Operand(2)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The continuous ranked probability score, the integral over z of (P(y &lt;= z) - [x &lt;= z])^2: 0 where a step stands at x, and the
    /// absolute error for a prediction without width. In units of the target; smaller is better.
    /// </summary>
    /// <remarks>
    /// Closed form for mixtures, Grimit et al., "The Continuous Ranked Probability Score for Circular Variables and Its Application to
    /// Mesoscale Forecast Ensemble Verification", 2006: mean_k A(x - mean_k, sigma_k) - 1/2 mean_kl A(mean_k - mean_l,
    /// sqrt(sigma_k^2 + sigma_l^2)), where A(m, s) = 2 s phi(m / s) + m (2 Phi(m / s) - 1) is the expected size of a N(m, s^2) variable.
    /// </remarks>
    /// <param name="x">[...].</param>
    /// <param name="means">[K, ...], the components first.</param>
    /// <param name="deviations">[K, ...], standard deviations.</param>
    /// <returns>A new tensor [...], at least 0.</returns>
    public static Tensor Crps(Tensor x, Tensor means, Tensor deviations)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require(means, deviations);
        using var scope = NewDisposeScope();
        var dtype = means.dtype;
        (x, means, deviations) = (Wide(x), Wide(means), Wide(deviations));
        var variances = deviations.Squared();
        var score = ExpectedSize(x.unsqueeze(0).Subtract(means), deviations).mean([0]);
        for (var k = 0; k < means.shape[0]; k++)
        {
            using var step = NewDisposeScope();
            var apart = ExpectedSize(means[k].unsqueeze(0).Subtract(means), variances[k].unsqueeze(0).AddTo(variances).sqrt());
            score.SubtractInPlace(apart.mean([0]) / Operand(2 * means.shape[0]));
        }

        // Rounding may take a score of 0 below it.
        return score.clamp_(min: Operand(0)).to(dtype).MoveToOuterDisposeScope();
    }

    /// <summary>E|v| of v ~ N(mean, deviation^2).</summary>
    private static Tensor ExpectedSize(Tensor mean, Tensor deviation)
    {
        var standard = mean / deviation.clamp(min: Operand(Smallest));
        var near = deviation * Operand(Math.Sqrt(2 / Math.PI)) * (standard.Squared() * Operand(-0.5)).exp();
        return near.AddTo(mean * (standard * Operand(Math.Sqrt(0.5))).erf());
    }

    private static Tensor Wide(Tensor numbers) => numbers.to(ScalarType.Float64);

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
