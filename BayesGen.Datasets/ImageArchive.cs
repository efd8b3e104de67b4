using BayesGen.Data;

namespace BayesGen.Datasets;

/// <summary>
/// A published set of labeled images in four IDX files: <see cref="Mnist"/> or <see cref="FashionMnist"/>. The files are looked for
/// in the folder given, then in the folder that the environment variable BAYESGEN_DATA names (there or in its sub folder
/// <see cref="Name"/>), then in the user's cache, and are otherwise downloaded into the cache.
/// </summary>
public sealed class ImageArchive
{
    /// <summary>The environment variable that names a folder of data.</summary>
    public const string DataVariable = "BAYESGEN_DATA";

    private const string HowToProvide = "Fetch the four files from one of the archive's mirrors, "
        + "let the program download them (no data folder given), or use SyntheticDigits.";

    private readonly ArchiveFile _trainImages;
    private readonly ArchiveFile _trainLabels;
    private readonly ArchiveFile _testImages;
    private readonly ArchiveFile _testLabels;

    /// <summary>An archive whose four MD5s are those of the unpacked images and labels to train on, then to test on.</summary>
    internal ImageArchive(string name, string[] classNames, string[] contentMd5, string[] mirrors)
    {
        Name = name;
        ClassNames = classNames;
        _trainImages = new ArchiveFile("train-images-idx3-ubyte", contentMd5[0]);
        _trainLabels = new ArchiveFile("train-labels-idx1-ubyte", contentMd5[1]);
        _testImages = new ArchiveFile("t10k-images-idx3-ubyte", contentMd5[2]);
        _testLabels = new ArchiveFile("t10k-labels-idx1-ubyte", contentMd5[3]);
        Mirrors = [.. mirrors.Select(m => new Uri(m))];
    }

    /// <summary>Handwritten digits: 60,000 for training and 10,000 for testing, 28x28.</summary>
    public static ImageArchive Mnist { get; } = new(
        "mnist",
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        ["6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637"],
        ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"]);

    /// <summary>Articles of clothing: 60,000 for training and 10,000 for testing, 28x28.</summary>
    public static ImageArchive FashionMnist { get; } = new(
        "fashion-mnist",
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
        ["f4a8712d7a061bf5bd6d2ca38dc4d50a", "9018921c3c673c538a1fc5bad174d6f9",
            "8181f5470baa50b63fa0f6fddb340f0a", "15d484375f8d13e6eb1aabb0c3f46965"],
        ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"]);

    /// <summary>The archive's name, and that of its folder: "mnist" or "fashion-mnist".</summary>
    public string Name { get; }

    /// <summary>What the labels 0 to 9 stand for.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Where the files are published, first choice first.</summary>
    public IReadOnlyList<Uri> Mirrors { get; }

    private ArchiveFile[] Files => [_trainImages, _trainLabels, _testImages, _testLabels];

    /// <summary>
    /// Loads both parts onto the CPU: inputs float32 [N, 1, H, W] in 0..1 (bytes / 255), targets int64 [N]. Blocks while a download runs;
    /// to stay responsive, await <see cref="FetchAsync"/> first.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The folder given, or the one BAYESGEN_DATA names, does not exist.</exception>
    /// <exception cref="FileNotFoundException">A file is missing from such a folder.</exception>
    /// <exception cref="DataFormatException">A file is damaged, or images and labels do not fit together.</exception>
    /// <exception cref="DataDownloadException">The files are not at hand and could not be fetched.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signaled.</exception>
    public TrainTest Load(ImageDataOptions? options = null, CancellationToken cancellation = default)
    {
        // On the pool, so that a caller with a synchronization context cannot deadlock; the tensors are made on the caller's own thread,
        // because dispose scopes are per thread.
        string folder = Task.Run(() => FetchAsync(options, cancellation), cancellation).GetAwaiter().GetResult();
        TensorDataSet train = LabeledImages.Read(PathOf(_trainImages, folder), PathOf(_trainLabels, folder), ClassNames.Count);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            return new TrainTest(train, LabeledImages.Read(PathOf(_testImages, folder), PathOf(_testLabels, folder), ClassNames.Count));
        }
        catch
        {
            train.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The folder where the files are at hand without a download, or null. Cached files count where they are all there, unchecked.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The folder given, or the one BAYESGEN_DATA names, does not exist.</exception>
    /// <exception cref="FileNotFoundException">A file is missing from such a folder.</exception>
    public string? Find(ImageDataOptions? options = null)
    {
        options ??= new ImageDataOptions();
        string cache = CacheFolder(options);
        return FindProvided(options) ?? (Files.All(f => f.FindIn(cache) is not null) ? cache : null);
    }

    /// <summary>
    /// Makes sure that the four files are on this machine and returns their folder; downloads into the cache what is missing or broken
    /// there.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The folder given, or the one BAYESGEN_DATA names, does not exist.</exception>
    /// <exception cref="FileNotFoundException">A file is missing from such a folder.</exception>
    /// <exception cref="DataDownloadException">A file could not be fetched, or must not be
    /// (<see cref="ImageDataOptions.AllowDownload"/>).</exception>
    public async Task<string> FetchAsync(ImageDataOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new ImageDataOptions();
        if (FindProvided(options) is { } provided)
            return provided;
        string folder = CacheFolder(options);
        using var client = options.MessageHandler is { } handler ? new HttpClient(handler, disposeHandler: false) : new HttpClient();
        client.Timeout = Timeout.InfiniteTimeSpan; // the downloader watches for silence instead: a slow line is no error
        var downloader = new ArchiveDownloader(client, options);
        foreach (ArchiveFile file in Files)
        {
            cancellation.ThrowIfCancellationRequested();
            string? present = file.FindIn(folder);
            string? fault = present is null ? "it is not there"
                : await Task.Run(() => file.Fault(present), cancellation).ConfigureAwait(false); // tens of megabytes to unpack
            if (fault is null)
                continue;
            if (!options.AllowDownload)
                throw new DataDownloadException($"{file.PackedName} of {Name} is needed in '{folder}', but {fault}, "
                    + $"and downloads are not allowed. {HowToProvide}");
            Directory.CreateDirectory(folder);
            await downloader.FetchAsync(file, options.Mirrors ?? Mirrors, Path.Combine(folder, file.PackedName), cancellation)
                .ConfigureAwait(false);
        }
        return folder;
    }

    /// <summary>The folder the user named, by option or by environment; null where neither holds this archive.</summary>
    private string? FindProvided(ImageDataOptions options)
    {
        if (options.DataDirectory is { } given)
        {
            return FindUnder(given, "the data folder")
                ?? throw Missing(_trainImages, given, "the data folder");
        }
        return Environment.GetEnvironmentVariable(DataVariable) is { Length: > 0 } variable
            ? FindUnder(variable, $"the folder of {DataVariable}") : null;
    }

    // A folder that holds none of the files may be meant for another archive; one that holds some is an accident worth telling.
    private string? FindUnder(string root, string role)
    {
        if (!Directory.Exists(root))
            throw new DirectoryNotFoundException($"There is no folder '{root}' ({role} for {Name}). {HowToProvide}");
        foreach (string folder in new[] { Path.Combine(root, Name), root })
        {
            ArchiveFile[] missing = [.. Files.Where(f => f.FindIn(folder) is null)];
            if (missing.Length == 0)
                return folder;
            if (missing.Length < Files.Length)
                throw Missing(missing[0], folder, role);
        }
        return null;
    }

    private FileNotFoundException Missing(ArchiveFile file, string folder, string role)
    {
        string path = Path.Combine(folder, file.PackedName);
        return new FileNotFoundException(
            $"{file.PackedName} (or {file.Name}) of {Name} is missing from '{folder}', {role}. {HowToProvide}", path);
    }

    private string CacheFolder(ImageDataOptions options)
    {
        if (options.CacheDirectory is { } given)
            return Path.Combine(given, Name);
        string local = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(local.Length > 0 ? local : Path.GetTempPath(), "BayesGen", Name);
    }

    private static string PathOf(ArchiveFile file, string folder) =>
        file.FindIn(folder) ?? throw new FileNotFoundException($"'{Path.Combine(folder, file.PackedName)}' has vanished.", file.PackedName);
}
