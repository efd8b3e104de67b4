using BayesGen.Kernels;

namespace BayesGen.Serialization;

/// <summary>The memory of a tensor in pieces: a span counts its bytes by an int, and a tensor may have more.</summary>
internal static unsafe class TensorBytes
{
    /// <summary>Does something with a piece.</summary>
    /// <param name="bytes">The memory itself, not a copy.</param>
    public delegate void Piece(Span<byte> bytes);

    /// <summary>The bytes of a piece at most; tests make it small.</summary>
    internal static int LongestPiece { get; set; } = 1 << 26;

    /// <summary>Goes through the bytes of a tensor from the first to the last.</summary>
    /// <param name="tensor">Contiguous and on the CPU.</param>
    /// <param name="piece">Called for each piece.</param>
    public static void Each(Tensor tensor, Piece piece)
    {
        var left = tensor.numel() * tensor.ElementSize;
        if (left == 0)
            return;
        for (var address = (byte*)TensorMemory.AddressOf(tensor); left > 0;)
        {
            var length = (int)Math.Min(left, LongestPiece);
            piece(new Span<byte>(address, length));
            address += length;
            left -= length;
        }

        GC.KeepAlive(tensor);
    }
}
