using System.Numerics;

namespace BayesGen.Kernels;

/// <summary>What is in an array before a kernel runs, made block by block, so that the kernel finds it in the cache.</summary>
internal unsafe interface IFlatSource
{
    /// <summary>Writes a part of an array.</summary>
    /// <param name="target">The first element of the array.</param>
    /// <param name="first">The first element of the part, a multiple of <see cref="FlatLoop.Alignment"/>.</param>
    /// <param name="length">The number of elements of the part.</param>
    void Fill<T>(T* target, long first, int length)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
