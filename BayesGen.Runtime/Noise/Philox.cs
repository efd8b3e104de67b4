using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BayesGen.Noise;

/// <summary>
/// Philox4x32-10: 128 random bits as a function of a 128-bit counter and a 64-bit key, eight counters at a time. A number is known by its
/// place, so any thread can make any part of a stream.
/// </summary>
/// <remarks>Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011. Each lane holds one 32-bit word.</remarks>
internal static class Philox
{
    private const int Rounds = 10;
    private const ulong Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const ulong Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>The number of counters in one call.</summary>
    public const int Blocks = 8;

    /// <summary>The four words of the blocks <paramref name="first"/> to first + 7 of a stream.</summary>
    /// <param name="key">The seed.</param>
    /// <param name="stream">The upper half of the counter.</param>
    /// <param name="first">The lower half of the first counter.</param>
    public static (Vector512<ulong> A, Vector512<ulong> B, Vector512<ulong> C, Vector512<ulong> D) Words(
        ulong key, ulong stream, ulong first)
    {
        var counter = Vector512.Create(first) + Vector512.Create(0UL, 1, 2, 3, 4, 5, 6, 7);
        return Words(key, Low(counter), counter >>> 32, Vector512.Create(stream & uint.MaxValue), Vector512.Create(stream >> 32));
    }

    /// <summary>The four words for eight counters given by theirs.</summary>
    /// <remarks>Between rounds the upper half of a lane holds what is left of a product: nobody reads it before the end.</remarks>
    public static (Vector512<ulong> A, Vector512<ulong> B, Vector512<ulong> C, Vector512<ulong> D) Words(
        ulong key, Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c, Vector512<ulong> d)
    {
        var (multiplier0, multiplier1) = (Vector512.Create(Multiplier0), Vector512.Create(Multiplier1));
        var (key0, key1) = (Vector512.Create(key & uint.MaxValue), Vector512.Create(key >> 32));
        for (var round = 0; round < Rounds; round++)
        {
            var (product0, product1) = (Product(multiplier0, a), Product(multiplier1, c));
            (a, b, c, d) = ((product1 >>> 32) ^ b ^ key0, product1, (product0 >>> 32) ^ d ^ key1, product0);
            (key0, key1) = (key0 + Vector512.Create(Weyl0), key1 + Vector512.Create(Weyl1));
        }

        return (Low(a), Low(b), Low(c), Low(d));
    }

    private static Vector512<ulong> Low(Vector512<ulong> words) => words & Vector512.Create((ulong)uint.MaxValue);

    /// <summary>The products of the lower halves.</summary>
    private static Vector512<ulong> Product(Vector512<ulong> multiplier, Vector512<ulong> x) =>
        Avx512F.IsSupported ? Avx512F.Multiply(multiplier.AsUInt32(), x.AsUInt32()) : multiplier * Low(x);
}
