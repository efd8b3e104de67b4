using System.Numerics;
using BayesGen.Kernels;
using BayesGen.Optimizers;

namespace BayesGen.Training;

/// <summary>
/// One step of IVON for a run of weights with one prior N(m, s^2). With g the gradient of the mean fit loss at the draw w = mu + d and
/// a = h + delta, which is 1 / (lambda sigma^2):
/// <code>
/// x          = (1 - b2) (lambda d g - 1 + delta / a)
/// a          = a + a x (1 + x / 2)
/// g_mean     = b1 g_mean + (1 - b1) g
/// move       = (g_mean / (1 - b1^t) + delta (mu - m)) / a
/// mu         = mu - rate max(-r sigma, min(r sigma, move)), sigma = 1 / sqrt(lambda a), r the trust radius
/// log_sigma  = -log(lambda a) / 2
/// </code>
/// </summary>
/// <remarks>
/// Shen et al. 2024, algorithm 1, in terms of a: with h' = lambda d g a, Price's estimate of the curvature E d^2(fit)/dw^2, their
/// h + (1 - b2) (h' - h) + (1 - b2)^2 (h' - h)^2 / (2 (h + delta)) is a + a x + a x^2 / 2. As 1 + x + x^2 / 2 is at least 1/2 for any x, a
/// stays positive whatever the draw said. Keeping a and not h makes that true of rounded numbers as well, where h is close to -delta.
/// The radius is not theirs: their code has one in units of the weight. In units of sigma it bounds what a step does to the posterior,
/// KL(N(mu + rate r sigma, sigma^2) || N(mu, sigma^2)) = (rate r)^2 / 2, whatever the scale of a weight and the number of examples are.
/// What is added to a and to mu vanishes on average where E g = -delta (mu - m) and 1 / sigma^2 = lambda (E h' + delta): where the
/// gradients of fit + KL / lambda are zero.
/// </remarks>
internal sealed class IvonUpdate : IFlatUpdate
{
    /// <summary>lambda: the number of examples that the divergence is shared by, over beta.</summary>
    public required double SampleSize { get; init; }

    /// <summary>delta = 1 / (lambda s^2).</summary>
    public required double Decay { get; init; }

    /// <summary>m.</summary>
    public required double Center { get; init; }

    /// <summary>The part of a Newton step to go.</summary>
    public required double Rate { get; init; }

    public required double Beta1 { get; init; }

    public required double Beta2 { get; init; }

    /// <summary>t, from 1.</summary>
    public required long Step { get; init; }

    /// <summary>The longest way of a mean before the rate, in standard deviations.</summary>
    public double TrustRadius { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// Whether d comes beside g, which is cleared then; else the mean of d g over the draws, which is the gradient by log_sigma.
    /// </summary>
    public bool TakesDeviation { get; init; }

    private bool HasMask { get; set; }

    private double Debias => 1 / (1 - Math.Pow(Beta1, Step));

    /// <summary>Moves a run of weights, wherever it lies.</summary>
    /// <param name="mu">The means.</param>
    /// <param name="logSigma">log sigma, written.</param>
    /// <param name="momentum">g_mean.</param>
    /// <param name="precision">a.</param>
    /// <param name="gradient">g, the mean over the draws.</param>
    /// <param name="other">d or d g, see <see cref="TakesDeviation"/>.</param>
    /// <param name="keep">1 where a weight is kept and 0 where it is pruned, which leaves all of it alone; null keeps all.</param>
    public void Apply(Tensor mu, Tensor logSigma, Tensor momentum, Tensor precision, Tensor gradient, Tensor other, Tensor? keep)
    {
        if (FlatMemory.IsFlat(mu, logSigma, momentum, precision, gradient, other, keep))
        {
            HasMask = keep is not null;
            FlatMemory.Update(mu, this, [logSigma, momentum, precision, gradient, other, .. keep is null ? [] : new[] { keep }]);
            FlatMemory.RaiseVersion(logSigma);
            return;
        }

        using var scope = NewDisposeScope();
        var slope = gradient.to(precision.dtype);
        var product = TakesDeviation ? slope * other : other.to(precision.dtype);
        var x = ((product * Operand(SampleSize)).AddTo(precision.reciprocal() * Operand(Decay)) - Operand(1)) * Operand(1 - Beta2);
        var kept = keep?.to(ScalarType.Bool);
        precision.copy_(Kept(precision.AddTo(precision * x * (x * Operand(0.5)).AddTo(Operand(1))), precision));
        momentum.copy_(Kept((momentum * Operand(Beta1)).AddTo(slope * Operand(1 - Beta1)), momentum));
        var move = (momentum * Operand(Debias)).AddTo((mu.to(precision.dtype) - Operand(Center)) * Operand(Decay)) / precision;
        if (!double.IsPositiveInfinity(TrustRadius))
        {
            var radius = (precision * Operand(SampleSize)).rsqrt() * Operand(TrustRadius);
            move = maximum(minimum(move, radius), -radius);
        }

        move = move * Operand(Rate);
        mu.SubtractInPlace(Kept(move, zeros_like(move, dtype: move.dtype, device: move.device)).to(mu.dtype));
        logSigma.copy_(Kept((precision * Operand(SampleSize)).log() * Operand(-0.5), logSigma.to(precision.dtype)));
        if (TakesDeviation)
            gradient.ZeroInPlace();

        Tensor Kept(Tensor after, Tensor before) => kept is null ? after : where(kept, after, before);
    }

    public Vector<T> Run<T>(KernelRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (mu, logSigma, momentum, precision, gradient, other) = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]);
        var (decay1, part1, part2) = (VectorMath.Of<T>(Beta1), VectorMath.Of<T>(1 - Beta1), VectorMath.Of<T>(1 - Beta2));
        var (size, decay, center) = (VectorMath.Of<T>(SampleSize), VectorMath.Of<T>(Decay), VectorMath.Of<T>(Center));
        var (rate, debias, radius) = (VectorMath.Of<T>(Rate), VectorMath.Of<T>(Debias), VectorMath.Of<T>(TrustRadius));
        var half = VectorMath.Of<T>(0.5);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var slope = gradient[i];
            var (mean, first, before) = (mu[i], momentum[i], precision[i]);
            var x = part2 * (size * (TakesDeviation ? slope * other[i] : other[i]) + decay / before - Vector<T>.One);
            var after = before + before * x * (Vector<T>.One + half * x);
            var next = decay1 * first + part1 * slope;
            var move = (next * debias + decay * (mean - center)) / after;
            var reach = radius / Vector.SquareRoot(size * after);
            var moved = mean - rate * Vector.Max(Vector.Min(move, reach), -reach);
            var log = -half * VectorMath.Log(size * after);
            if (HasMask)
            {
                var isPruned = Vector.Equals(rows[6][i], Vector<T>.Zero);
                moved = Vector.ConditionalSelect(isPruned, mean, moved);
                log = Vector.ConditionalSelect(isPruned, logSigma[i], log);
                next = Vector.ConditionalSelect(isPruned, first, next);
                after = Vector.ConditionalSelect(isPruned, before, after);
            }

            mu[i] = moved;
            logSigma[i] = log;
            momentum[i] = next;
            precision[i] = after;
            if (TakesDeviation)
                gradient[i] = Vector<T>.Zero;
        }

        return Vector<T>.Zero;
    }
}
