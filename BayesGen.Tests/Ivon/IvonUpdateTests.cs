namespace BayesGen.Tests;

/// <summary>
/// The update against the formulas of the paper, weight by weight in double precision, and what holds for it whatever comes in.
/// </summary>
[Trait("Lane", "Slow")]
public class IvonUpdateTests
{
    private const int Count = 5003, Steps = 25;

    /// <summary>Flat memory goes through the kernel, every second element of a longer tensor through tensor operations.</summary>
    [Theory]
    [InlineData(true, ScalarType.Float64, 1e-12)]
    [InlineData(false, ScalarType.Float64, 1e-12)]
    [InlineData(true, ScalarType.Float32, 2e-4)]
    [InlineData(false, ScalarType.Float32, 2e-4)]
    public void EveryStepFollowsThePaper(bool isFlat, ScalarType dtype, double tolerance)
    {
        foreach (var takesDeviation in new[] { true, false })
            foreach (var isMasked in new[] { false, true })
                foreach (var (beta1, beta2, radius) in new[] { (0.9, 0.99, 0.5), (0, 0, double.PositiveInfinity), (0.5, 1, 2) })
                    Compare(isFlat, dtype, tolerance, takesDeviation, isMasked, beta1, beta2, radius);
    }

    /// <summary>
    /// A step takes at most half of a = h + delta away. Draws deviate by z / sqrt(lambda a), so with z and gradients bounded what they say,
    /// lambda d g, is at most R / sqrt(a); where delta / a outweighs 1 + R / sqrt(a), none is taken away. So a never falls below half of
    /// that place, the root of a + R sqrt(a) = delta.
    /// </summary>
    [Theory]
    [InlineData(ScalarType.Float32, true)]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.Float64, true)]
    public void ThePrecisionStaysPositive(ScalarType dtype, bool isFlat)
    {
        const double Bound = 10, Decay = 1e-4, Size = 1000;
        var floor = Math.Pow((Math.Sqrt(Bound * Bound + 4 * Decay) - Bound) / 2, 2) / 2;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var beta2 in new[] { 0, 0.5, 0.9, 0.999 })
        {
            var state = Enumerable.Range(0, 6).Select(_ => New(isFlat, dtype)).ToList();
            state[3].fill_(0.3);
            var noise = new NoiseSource(5);
            var lowest = double.PositiveInfinity;
            for (var step = 1; step <= 600; step++)
            {
                using var inner = NewDisposeScope();
                var bound = state[3].rsqrt() * Bound;
                // The very product that halves it, again and again; then a storm of either sign.
                var halving = 1 - Decay / state[3] - 1 / (1 - beta2);
                var product = step <= 400 ? minimum(maximum(halving, -bound), bound) : noise.Normal(bound).sign() * bound;
                state[5].copy_(product / Size);
                var before = state[3].clone();
                Update(step, Size, Decay, beta1: 0.9, beta2: beta2).Apply(state[0], state[1], state[2], state[3], state[4], state[5], null);
                Assert.True(state[3].isfinite().all().item<bool>());
                Assert.True((state[3] >= before * (0.5 * (1 - 1e-5))).all().item<bool>());
                Assert.True(state[1].isfinite().all().item<bool>());
                lowest = Math.Min(lowest, state[3].min().to(ScalarType.Float64).item<double>());
            }

            Assert.True(lowest >= floor * (1 - 1e-3), $"{lowest} is below {floor}");
            Assert.True(beta2 > 0.9 || lowest < Decay, $"{lowest}: h was never below zero");
        }
    }

    /// <summary>The gradients of fit + KL / lambda are zero where the update stands still: at the truth it stays on average.</summary>
    [Fact]
    public void TheMeanStepIsZeroAtTheOptimumOfAParabola()
    {
        // fit = c (w - w0)^2 / 2: the posterior has precision lambda (c + delta) and mean c w0 / (c + delta).
        const double Curve = 0.7, Target = 1.5, Size = 200, Decay = 0.05;
        const int Draws = 2_000_000;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var precision = Curve + Decay;
        var mean = Curve * Target / precision;
        var noise = new NoiseSource(3).Normal(empty(Draws, dtype: ScalarType.Float64, device: CPU)) / Math.Sqrt(Size * precision);
        var gradient = (noise + mean - Target) * Curve;
        Tensor Full(double value) => full(Draws, value, dtype: ScalarType.Float64, device: CPU);
        var (mu, logSigma, momentum, state) = (Full(mean), Full(0), Full(0), Full(precision));
        // A short memory would show the second order, which is one-sided and vanishes with (1 - b2)^2.
        Update(1, Size, Decay, beta1: 0, beta2: 1 - 1e-4).Apply(mu, logSigma, momentum, state, gradient, noise, null);
        var ofPrecision = (state - precision).mean().item<double>() / 1e-4;
        var ofMean = (mu - mean).mean().item<double>();
        // Of one draw: std c sqrt(2) for the curvature and c sigma / a for the mean; five of them over the root of the draws.
        Assert.InRange(ofPrecision, -5 * Curve * 1.5 / Math.Sqrt(Draws), 5 * Curve * 1.5 / Math.Sqrt(Draws));
        Assert.InRange(ofMean, -5 * 0.1 / Math.Sqrt(Draws), 5 * 0.1 / Math.Sqrt(Draws));
    }

    private static void Compare(
        bool isFlat, ScalarType dtype, double tolerance, bool takesDeviation, bool isMasked, double beta1, double beta2, double radius)
    {
        const double Size = 300, Decay = 0.02, Center = 0.1, Rate = 0.3;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var noise = new NoiseSource(1);
        var state = Enumerable.Range(0, 6).Select(_ => New(isFlat, dtype)).ToList();
        var (mu, logSigma, momentum, precision, gradient, other) = (state[0], state[1], state[2], state[3], state[4], state[5]);
        mu.copy_(noise.Normal(mu));
        precision.fill_(0.5 + Decay);
        logSigma.fill_(Math.Log(Size * (0.5 + Decay)) * -0.5);
        var keep = isMasked ? New(isFlat, dtype).copy_(noise.Normal(mu).gt(0)) : null;
        var kept = keep is null ? null : Numbers(keep);
        var (m, h, g, s) = (Numbers(mu), Enumerable.Repeat(0.5, Count).ToArray(), new double[Count], Numbers(logSigma));
        for (var step = 1; step <= Steps; step++)
        {
            using var inner = NewDisposeScope();
            // The slope of a bowl, so that the paths bend and rounding dies out.
            var deviation = noise.Normal(mu) * logSigma.exp();
            gradient.copy_((mu + deviation).tanh());
            other.copy_(takesDeviation ? deviation : gradient * deviation);
            var (slopes, deviations) = (Numbers(gradient), Numbers(deviation));
            Update(step, Size, Decay, Center, Rate, beta1, beta2, radius, takesDeviation)
                .Apply(mu, logSigma, momentum, precision, gradient, other, keep);
            for (var i = 0; i < Count; i++)
            {
                if (kept is not null && kept[i] == 0)
                    continue;
                var estimate = Size * deviations[i] * (h[i] + Decay) * slopes[i];
                h[i] = beta2 * h[i] + (1 - beta2) * estimate + 0.5 * Math.Pow((1 - beta2) * (h[i] - estimate), 2) / (h[i] + Decay);
                g[i] = beta1 * g[i] + (1 - beta1) * slopes[i];
                var move = (g[i] / (1 - Math.Pow(beta1, step)) + Decay * (m[i] - Center)) / (h[i] + Decay);
                m[i] -= Rate * Math.Clamp(move, -radius, radius);
                s[i] = -0.5 * Math.Log(Size * (h[i] + Decay));
            }

            if (takesDeviation)
                Assert.All(Numbers(gradient), number => Assert.Equal(0, number));
        }

        Same(m, mu);
        Same(g, momentum);
        Same([.. h.Select(number => number + Decay)], precision);
        Same(s, logSigma);

        void Same(double[] expected, Tensor found)
        {
            var error = expected.Zip(Numbers(found), (one, two) => Math.Abs(one - two) / Math.Max(1, Math.Abs(one))).Max();
            Assert.True(error <= tolerance, $"{(isFlat, takesDeviation, isMasked, beta1, beta2)}: the largest error is {error:G3}");
        }
    }

    private static IvonUpdate Update(
        long step, double size, double decay, double center = 0, double rate = 0.3, double beta1 = 0.9, double beta2 = 0.99,
        double radius = double.PositiveInfinity, bool? takesDeviation = null) => new()
        {
            SampleSize = size, Decay = decay, Center = center, Rate = rate, Beta1 = beta1, Beta2 = beta2, Step = step, ClipRadius = radius,
            TakesDeviation = takesDeviation ?? beta1 == 0,
        };

    private static Tensor New(bool isFlat, ScalarType dtype) =>
        isFlat ? zeros(Count, dtype: dtype, device: CPU) : zeros([Count, 2], dtype: dtype, device: CPU).select(1, 0);

    private static double[] Numbers(Tensor tensor) => tensor.to(ScalarType.Float64).contiguous().data<double>().ToArray();
}
