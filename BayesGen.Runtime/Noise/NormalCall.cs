using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Noise;

/// <summary>
/// The numbers of one call to a source, not made yet: whoever uses them makes each part of them where it is needed, while it is in the
/// cache.
/// </summary>
/// <param name="seed">The seed of the source.</param>
/// <param name="call">The number of the call.</param>
/// <param name="isMirrored">Whether the signs are turned.</param>
internal sealed class NormalCall(long seed, long call, bool isMirrored) : IFlatSource
{
    /// <inheritdoc/>
    public unsafe void Fill<T>(T* target, long first, int length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        NormalStream.FillNormalPart(target, first, first + length, (ulong)seed, (ulong)call);
        for (var i = 0; isMirrored && i < length; i++)
            target[first + i] = -target[first + i];
    }
}
