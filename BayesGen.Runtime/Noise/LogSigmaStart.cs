using BayesGen.Kernels;

namespace BayesGen.Noise;

/// <summary>
/// Marks a log sigma whose start nobody named: minus zero, which computes as zero, travels with the parameter through copies, devices and
/// files, and is gone with the first step.
/// </summary>
internal static class LogSigmaStart
{
    /// <summary>The mark.</summary>
    public const double Open = -0.0;

    /// <summary>Whether the training may choose where to begin.</summary>
    public static bool IsOpen(Tensor logSigma) => logSigma.Numbers().All(number => number == 0 && double.IsNegative(number));
}
