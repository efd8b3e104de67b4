using System.Globalization;

namespace BayesGen.Compression;

/// <summary>
/// The three figures of the literature, each how many times smaller than 32-bit floats for every weight (Louizos, Ullrich, Welling, 2017,
/// table 2). All count the weights of the rounded network, biases among them; one that is rounded to zero is not there.
/// </summary>
/// <param name="Pruned">Weights over weights that are not zero, |W| / |W != 0|.</param>
/// <param name="FastPrediction">
/// 32 bits for every weight over the bits of those that are not zero: 32 n / sum_l n_l bits_l, without what it takes to say where they are.
/// </param>
/// <param name="Maximum">4 bytes for every weight over the length of the file that loads and answers.</param>
public sealed record CompressionFigures(double Pruned, double FastPrediction, double Maximum)
{
    /// <summary>The figures for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"pruned {Pruned:F1} times, fast prediction {FastPrediction:F1} times, maximum {Maximum:F1} times");
}

/// <summary>What <see cref="CompressedNetwork.SaveCompressed"/> wrote.</summary>
/// <param name="Weights">Each weight tensor in the order of the network.</param>
/// <param name="OriginalBytes">4 bytes for every weight of the network.</param>
/// <param name="FileBytes">The length of the file.</param>
/// <param name="Figures">How many times smaller the network became.</param>
public sealed record CompressionReport(
    IReadOnlyList<CompressedWeight> Weights, long OriginalBytes, long FileBytes, CompressionFigures Figures)
{
    /// <summary>The figures and the bytes for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{FileBytes:N0} bytes instead of {OriginalBytes:N0}: {Figures}");
}

/// <summary>One weight tensor of a <see cref="CompressionReport"/>.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Count">The number of its weights.</param>
/// <param name="Kept">The number of those that are not zero.</param>
/// <param name="Rows">How many slices along its first dimension have a weight that is not zero: output features or channels.</param>
/// <param name="Columns">How many along its second: input features or channels; 1 where there is none.</param>
/// <param name="Bits">The bits of each weight; those of its dtype where it is not rounded.</param>
public sealed record CompressedWeight(string Key, long Count, long Kept, long Rows, long Columns, int Bits);
