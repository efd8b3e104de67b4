using System.Security.Cryptography;
using System.Text;

namespace BayesGen.Serialization;

/// <summary>
/// What BayesGen writes into the metadata of its safetensors files, so that a file that was altered or damaged anywhere is refused: one
/// hash over the data and one over the header, in which the digits of that very hash count as zeros.
/// </summary>
/// <remarks>Files of version 1 have the hash of the data alone, foreign files neither; both load.</remarks>
internal static class FileSeal
{
    /// <summary>The metadata entry with the hash of the data.</summary>
    public const string DataHash = "bayesgen.sha256";

    /// <summary>The metadata entry with the hash of the header.</summary>
    public const string HeaderHash = "bayesgen.header.sha256";

    /// <summary>The metadata entry with the version of the format.</summary>
    public const string Version = "bayesgen.version";

    /// <summary>The version that is written.</summary>
    public const string PresentVersion = "2";

    /// <summary>What the keys of BayesGen's own metadata begin with.</summary>
    private const string Prefix = "bayesgen.";

    private const int Digits = 64;

    /// <summary>What stands in the place of the header's hash while it is computed.</summary>
    public static string Blank { get; } = new('0', Digits);

    /// <summary>Whether metadata is BayesGen's own.</summary>
    public static bool IsOwn(IReadOnlyDictionary<string, string> metadata) => metadata.ContainsKey(DataHash);

    /// <summary>
    /// Makes a hash of nothing. On Linux .NET asks OpenSSL for hashes, loads it for the first one, and ends the process where there is
    /// none: a long training should end so before it begins, not at its first checkpoint.
    /// </summary>
    public static void RequireHashes() => SHA256.HashData([]);

    /// <summary>Fills the hash of the header in.</summary>
    /// <param name="header">The header with <see cref="Blank"/> in its place.</param>
    public static void Sign(Span<byte> header) =>
        Encoding.ASCII.GetBytes(HashOf(header), header.Slice(PlaceOf(header), Digits));

    /// <summary>Checks the header's hash against the bytes, before anything in them is believed.</summary>
    /// <param name="path">Named in errors.</param>
    /// <param name="header">The header as it was read; it is left as it was.</param>
    /// <exception cref="StateFileException">The hash is another one.</exception>
    public static void CheckHeader(string path, Span<byte> header)
    {
        var place = PlaceOf(header);
        if (place < 0)
            return;
        var found = header.Slice(place, Math.Min(Digits, header.Length - place));
        var promised = found.ToArray();
        found.Fill((byte)'0');
        var actual = Encoding.ASCII.GetBytes(HashOf(header));
        promised.CopyTo(found);
        if (!promised.AsSpan().SequenceEqual(actual))
            throw new StateFileException(path, "its checksum does not match its header: the file was altered or damaged.");
    }

    /// <summary>Checks that the file is of a version that is known, and has the hashes which that version has.</summary>
    /// <param name="path">Named in errors.</param>
    /// <param name="metadata">The metadata of the file.</param>
    /// <exception cref="StateFileException">It has not.</exception>
    public static void CheckVersion(string path, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.Keys.Any(key => key.StartsWith(Prefix, StringComparison.Ordinal)))
            return;
        // A damaged key must not turn a sealed file into a foreign one, which is taken as it is.
        if (!metadata.TryGetValue(Version, out var version) || !metadata.ContainsKey(DataHash)
            || (version != "1" && !metadata.ContainsKey(HeaderHash)))
            throw new StateFileException(path, "its metadata lacks an entry that BayesGen writes: the file was altered or damaged.");
        if (version is not ("1" or PresentVersion))
            throw new StateFileException(path, $"it has version {version}, this BayesGen reads versions 1 and {PresentVersion}.");
    }

    private static string HashOf(ReadOnlySpan<byte> header) => Convert.ToHexStringLower(SHA256.HashData(header));

    /// <summary>Where the digits of the header's hash begin, or -1.</summary>
    private static int PlaceOf(ReadOnlySpan<byte> header)
    {
        var key = Encoding.ASCII.GetBytes($"\"{HeaderHash}\":\"");
        var place = header.IndexOf(key);
        return place < 0 ? -1 : place + key.Length;
    }
}
