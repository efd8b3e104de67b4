using System.Security.Cryptography;

namespace BayesGen.Datasets;

/// <summary>One file of a published data set.</summary>
/// <param name="Name">Its published name, unpacked.</param>
/// <param name="ContentMd5">
/// MD5 of the unpacked content, lower-case hexadecimal: mirrors and users pack the same content differently. It guards against damage in
/// transit, as the publishers' own MD5s do, not against forgery.
/// </param>
internal sealed record ArchiveFile(string Name, string ContentMd5)
{
    /// <summary>Bytes that a file may have unpacked; the largest of those published has 47 million.</summary>
    private const long MostUnpacked = 1L << 28;

    /// <summary>Its name as downloaded.</summary>
    public string PackedName => Name + ".gz";

    /// <summary>Finds the file in a folder under the names people have it by; null where it is not there.</summary>
    public string? FindIn(string folder) => new[]
    {
        PackedName,
        Name,
        Name.Replace("-idx", ".idx", StringComparison.Ordinal) + ".gz",
        Name.Replace("-idx", ".idx", StringComparison.Ordinal),
    }
    .Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Null where the file at <paramref name="path"/> is the published one, else a sentence that says what is wrong.</summary>
    public string? Fault(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using Stream plain = IdxFile.OpenPlain(stream);
        string found;
        try
        {
            found = Convert.ToHexStringLower(Md5(plain));
        }
        catch (InvalidDataException broken)
        {
            return $"it is a broken gzip file ({broken.Message})";
        }
        return found == ContentMd5 ? null : $"the MD5 of its unpacked content is {found}, expected {ContentMd5}";
    }

    /// <summary>
    /// The hash of a stream that is no longer than a file of a data set may be: a small packed file can unpack to any length.
    /// </summary>
    private static byte[] Md5(Stream plain)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[1 << 16];
        for (long length = 0; plain.Read(buffer) is > 0 and var count;)
        {
            length += count;
            if (length > MostUnpacked)
                throw new InvalidDataException($"it unpacks to more than {MostUnpacked:N0} bytes");
            hash.AppendData(buffer, 0, count);
        }

        return hash.GetHashAndReset();
    }
}
