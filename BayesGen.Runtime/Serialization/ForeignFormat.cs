namespace BayesGen.Serialization;

/// <summary>Files that people take for state files, told by their first bytes, and what to do with them.</summary>
internal static class ForeignFormat
{
    /// <summary>The bytes that are looked at.</summary>
    public const int Length = 512;

    /// <summary>What wrote a file and how to read it; null where it may be a safetensors file, or nobody knows.</summary>
    /// <param name="first">The first bytes of the file, as many as there are up to <see cref="Length"/>.</param>
    public static string? Of(ReadOnlySpan<byte> first)
    {
        // The length of a safetensors header may begin like anything by chance, but never reaches the upper four bytes.
        if (first.Length < 8 || first[4..8].IndexOfAnyExcept((byte)0) < 0)
            return null;
        if (first.StartsWith("PK\x03\x04"u8) || (first[0] == 0x80 && first[1] is >= 2 and <= 5))
            return "torch.save wrote it, as a pickle, which can run code when it is read and is therefore never read here. Convert it in Python: "
                + "safetensors.torch.save_file(torch.load(path, weights_only=True), \"torch.safetensors\").";
        if (first.StartsWith("version https://git-lfs"u8))
            return "it is a pointer of Git LFS to the file and not the file. Fetch it: git lfs pull.";
        if (first[0] == 0x89 && first[1..].StartsWith("HDF"u8))
            return "it is an HDF5 file. Save the weights as safetensors.";
        if (first[0] == 0x1F && first[1] == 0x8B)
            return "it is packed by gzip. Unpack it first.";
        return IsOfTorchSharp(first)
            ? "TorchSharp's own save wrote it. TorchSharp's load reads it: plain.load(path) on the plain network, before the wrapper takes its "
                + "weights as means, or model.load(path) on the wrapper where a wrapper was saved."
            : null;
    }

    /// <summary>
    /// TorchSharp's format: how many entries, then for each its key, a dtype, a rank and so on; counts in LEB128, seven bits a byte.
    /// </summary>
    private static bool IsOfTorchSharp(ReadOnlySpan<byte> first)
    {
        var rest = first;
        if (Count(ref rest) is not > 0 || Count(ref rest) is not (> 0 and var length) || rest.Length < length + 2)
            return false;
        return rest[..(int)length].IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0
            && rest[(int)length] < 32 && rest[(int)length + 1] < 32;
    }

    private static long? Count(ref ReadOnlySpan<byte> bytes)
    {
        long count = 0;
        for (var i = 0; i < 5 && i < bytes.Length; i++)
        {
            count |= (long)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80)
                continue;
            bytes = bytes[(i + 1)..];
            return count;
        }

        return null;
    }
}
