using BayesGen.Kernels;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>The weights among others that are frozen for now.</summary>
internal static class HeldWeights
{
    /// <summary>Makes a flat tensor of an extent, such as a gradient, zero where weights are frozen.</summary>
    /// <param name="weights">The weights of an arena.</param>
    /// <param name="flat">The flat tensor.</param>
    /// <param name="extent">What its numbers belong to.</param>
    public static void ZeroInPlace(
        IReadOnlyList<NetworkWeight> weights, Tensor flat, ParameterExtent extent = ParameterExtent.Weight)
    {
        using var _ = no_grad();
        foreach (var weight in weights.Where(weight => weight.IsHeld))
        {
            using var slice = weight.Place.SliceOf(flat, extent);
            slice.ZeroInPlace();
        }
    }
}
