using BayesGen.Kernels;
using BayesGen.Noise;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>
/// Learns one noise for all inputs in closed form. For given weights the fit is least where sigma^2 is the mean squared residual, so the
/// variance goes a fixed part of its way there in each step, from wherever it is.
/// </summary>
/// <remarks>
/// It is the natural gradient of the fit in sigma^2 with a rate of its own. An optimizer like Adam moves log sigma by about its rate in a
/// step, and from sigma 1 to 0.1 the way is 2.3: hundreds of steps, in which the divergence outweighs the data. Where nobody named a sigma
/// to start from, the first step takes the residuals themselves. All that is remembered is in the parameter, so a checkpoint needs no more.
/// </remarks>
internal static class ClosedFormNoise
{
    /// <summary>The part of the way in a step: residuals of the last ten batches or so count.</summary>
    private const double Part = 0.1;

    /// <summary>
    /// The mean squared residual of each output over a batch, [D]; null where the noise is not learned for all inputs alike.
    /// </summary>
    /// <param name="heard">What the forward joined.</param>
    /// <param name="output">The output, [N, 2 D].</param>
    /// <param name="targets">The targets, [N, D] or [N].</param>
    /// <param name="whole">
    /// Where a target that is NaN counts for nothing, the targets of the whole batch of which these are a part: the means of parts, each
    /// weighted by its examples, then add up to the mean over the known targets of the batch. Null where all targets count.
    /// </param>
    public static Tensor? Residuals(JoinedNoise heard, Tensor output, Tensor targets, Tensor? whole)
    {
        if (LogSigmaOf(heard, output) is not { } logSigma)
            return null;
        using var _ = no_grad();
        var mean = output.narrow(1, 0, logSigma.size(0));
        var wanted = TargetShapes.LikeOutputs(mean, targets, "Learned noise");
        var squares = wanted.Subtract(mean).Squared();
        if (whole is null)
            return squares.mean([0]);

        // Of the targets: an output that is NaN is no missing target.
        var sum = squares.masked_fill(wanted.isnan(), TensorNumbers.Zero).sum([0]);
        var known = whole.isnan().logical_not().to(squares.dtype).reshape(whole.size(0), -1).mean([0]);
        return sum / known.MultiplyBy(targets.size(0));
    }

    /// <summary>The parameter of a forward that joined one, where it is trained and nothing was done to it on the way; else null.</summary>
    public static Parameter? LogSigmaOf(JoinedNoise heard, Tensor output) =>
        heard.LogSigma is Parameter { requires_grad: true } logSigma && output.dim() == 2 && output.size(1) == 2 * logSigma.size(0)
            ? logSigma
            : null;

    /// <summary>Takes the parameter from the optimizer, which is about to step.</summary>
    public static void Claim(Parameter logSigma)
    {
        using var gradient = logSigma.grad;
        gradient?.ZeroInPlace();
    }

    /// <summary>Moves the noise toward the residuals of a step. What is not finite moves nothing.</summary>
    /// <param name="logSigma">The parameter, [D].</param>
    /// <param name="residuals">The mean squared residuals, [D].</param>
    /// <param name="isFirst">Whether the training begins here, so that the parameter may have no start yet.</param>
    /// <param name="bounds">Between what log sigma stays; null sets no bound.</param>
    public static void Step(Parameter logSigma, Tensor residuals, bool isFirst, Bounds? bounds)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var part = isFirst && LogSigmaStart.IsOpen(logSigma) ? 1 : Part;
        var variance = (logSigma * Operand(2)).exp();
        var next = variance.AddTo(residuals.to(variance.dtype, variance.device).Subtract(variance) * Operand(part));
        logSigma.copy_(where(next.isfinite().logical_and(next > Operand(0)), next.log() * Operand(0.5), logSigma));
        if (bounds is { } kept)
            logSigma.clamp_(Operand(kept.Min), Operand(kept.Max));
    }
}
