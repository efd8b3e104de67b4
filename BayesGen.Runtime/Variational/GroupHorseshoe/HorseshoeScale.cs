using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>
/// A scale sqrt(a b) with independent a = exp N(m_a, v_a) and b = exp N(m_b, v_b), so log-normal itself: exp N(m, v) with m = (m_a + m_b) /
/// 2 and v = (v_a + v_b) / 4. Parameters: m_a, log v_a, m_b, log v_b.
/// </summary>
/// <remarks>
/// C+(0, k), the half-Cauchy distribution with median k, is that of sqrt(a b) with a ~ Gamma(1/2, scale k^2) and b ~ inverse Gamma(1/2, 1).
/// </remarks>
internal sealed class HorseshoeScale(IReadOnlyList<Tensor> parameters)
{
    /// <summary>v = e^-9 of a and b each, little noise to begin with.</summary>
    public const double DefaultLogSigma2 = -9;

    /// <summary>The factor of a product that such scales are.</summary>
    /// <param name="medianOf">The median k of the half-Cauchy prior.</param>
    public static KernelFactor Factor(Func<HorseshoePrior, double> medianOf) => new(4, HorseshoeScaleKernel.Instance)
    {
        KlTo = prior => prior is HorseshoePrior horseshoe ? new HorseshoeDivergence(medianOf(horseshoe)) : null,
        Sample = (parameters, noise, examples) => new HorseshoeScale(parameters).Sample(noise, examples),
    };

    /// <summary>Starts at a scale with median 1 and little noise, as cheaply as the prior with median k allows.</summary>
    /// <param name="median">k.</param>
    public void Start(double median)
    {
        // The m_a that is best for its prior, and an m_b that makes up for it.
        var mean = 2 * Math.Log(median) - Math.Log(2) - Math.Exp(DefaultLogSigma2) / 2;
        parameters[0].fill_(Operand(mean));
        parameters[1].fill_(Operand(DefaultLogSigma2));
        parameters[2].fill_(Operand(-mean));
        parameters[3].fill_(Operand(DefaultLogSigma2));
    }

    /// <summary>One draw of each scale.</summary>
    public Tensor Sample(NoiseSource noise)
    {
        using var epsilon = noise.Normal(parameters[0]);
        return WithNoise(epsilon);
    }

    /// <summary>A draw of each scale for each of several examples.</summary>
    /// <returns>A new tensor [examples, scales].</returns>
    public Tensor Sample(NoiseSource noise, long examples)
    {
        using var like = parameters[0].expand(examples, parameters[0].numel());
        using var epsilon = noise.Normal(like);
        return WithNoise(epsilon);
    }

    /// <summary>exp(m + v / 2).</summary>
    public Tensor Mean()
    {
        using var logMedian = LogMedian();
        using var variance = Variance();
        using var log = logMedian.add(variance, Operand(0.5));
        return log.exp();
    }

    /// <summary>v, the variance of the logarithm.</summary>
    public Tensor Variance()
    {
        using var ofA = parameters[1].exp();
        using var ofB = parameters[3].exp();
        using var sum = ofA.AddTo(ofB);
        return sum * Operand(0.25);
    }

    /// <summary>m - v, the logarithm of the mode.</summary>
    public Tensor LogMode()
    {
        using var logMedian = LogMedian();
        using var variance = Variance();
        return logMedian.Subtract(variance);
    }

    /// <summary>The divergence of a and b together.</summary>
    /// <param name="median">The median k of the half-Cauchy prior.</param>
    public Tensor KlTo(double median)
    {
        using var ofA = HorseshoeDivergence.ToGamma(parameters[0], parameters[1], median);
        using var ofB = HorseshoeDivergence.ToInverseGamma(parameters[2], parameters[3]);
        return ofA.AddTo(ofB);
    }

    private Tensor LogMedian()
    {
        using var sum = parameters[0].AddTo(parameters[2]);
        return sum * Operand(0.5);
    }

    private Tensor WithNoise(Tensor epsilon)
    {
        using var logMedian = LogMedian();
        using var variance = Variance();
        using var deviation = variance.sqrt();
        using var log = addcmul(logMedian, deviation, epsilon, Operand(1));
        return log.exp();
    }
}
