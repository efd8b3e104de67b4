namespace BayesGen.Datasets;

/// <summary>Where an <see cref="ImageArchive"/> looks for its files, and how it fetches them.</summary>
public sealed record ImageDataOptions
{
    /// <summary>
    /// A folder of one's own that holds the four files, or has a sub folder named like the archive that does. It is only read, and it may
    /// hold a subset: its files must be sound IDX files but need no particular checksum. Null: look further.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>The folder under which downloads are kept, one sub folder per archive.
    /// Null: BayesGen in the user's local application data.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>False: never touch the network; missing or broken files are then an error. Default true.</summary>
    public bool AllowDownload { get; init; } = true;

    /// <summary>Told of every download as it progresses, from a thread of the pool. Null: silent.</summary>
    public IProgress<DownloadProgress>? Progress { get; init; }

    /// <summary>Base addresses to fetch from, in this order, each ending in a slash. Null: the archive's own mirrors.</summary>
    public IReadOnlyList<Uri>? Mirrors { get; init; }

    /// <summary>What carries the requests (a proxy, a test's stand-in). Not disposed. Null: the platform's own.</summary>
    public HttpMessageHandler? MessageHandler { get; init; }

    /// <summary>The bytes that a downloaded file may have, as it comes; a mirror that sends more is left. Default 256 MiB.</summary>
    public long LargestFile { get; init; } = 256L << 20;

    /// <summary>
    /// How long a server may stay silent before the next mirror is tried; one that sends less than 16 KiB in this time and is not done
    /// counts as silent. Default 30 seconds.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
