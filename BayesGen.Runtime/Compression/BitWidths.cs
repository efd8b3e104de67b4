using System.Globalization;

namespace BayesGen.Compression;

/// <summary>How many bits each weight tensor of a network needs, as its posterior has it.</summary>
/// <remarks>
/// Of a weight with posterior variance V, digits below its noise say nothing: it gets t = #{t in 1..23 : 2 V &lt; 2^-t} bits behind the
/// binary point. A tensor gets the mean of its kept weights, rounded up, and is rounded to multiples of 2^-t (Louizos, Ullrich, Welling,
/// "Bayesian Compression for Deep Learning", 2017, section 3.3, after Higham's unit round-off).
/// </remarks>
/// <param name="Weights">Each weight tensor that is rounded, in the order of the network.</param>
public sealed record BitWidths(IReadOnlyList<WeightBits> Weights)
{
    /// <summary>A table for people to read.</summary>
    public override string ToString() => string.Join('\n', Weights.Select(weight => weight.ToString()));

    /// <summary>The width of one weight tensor; null where it is not rounded.</summary>
    internal WeightBits? Of(string key) => Weights.FirstOrDefault(weight => weight.Key == key);
}

/// <summary>The bit width of one weight tensor.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Count">The number of its weights.</param>
/// <param name="Kept">The number of those that are not pruned.</param>
/// <param name="FractionBits">The bits behind the binary point: t, and weights are multiples of 2^-t.</param>
/// <param name="ExponentBits">
/// The bits for the size of the numbers: ceil(log2(log2(max abs(w)) + 1) + 1), at least 1. Of a weight without a posterior, the bits before
/// the binary point.
/// </param>
/// <param name="IsFromPosterior">Whether the posterior says so; else <see cref="BitOptions.PlainBits"/> does.</param>
public sealed record WeightBits(string Key, long Count, long Kept, int FractionBits, int ExponentBits, bool IsFromPosterior)
{
    /// <summary>The bits of a number with its sign.</summary>
    public int Bits => 1 + ExponentBits + FractionBits;

    /// <summary>What weights are multiples of.</summary>
    public double Step => Math.ScaleB(1, -FractionBits);

    /// <summary>One line for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Key}: {Bits} bits, steps of 2^{-FractionBits}, {Kept:N0} of {Count:N0} kept");
}
