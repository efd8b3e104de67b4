using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>Where an archive's files are looked for, and what is said where they are not.</summary>
public sealed class ImageArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _variable = Environment.GetEnvironmentVariable(ImageArchive.DataVariable);
    private readonly ImageArchive _archive = TinyArchive.Create();

    public ImageArchiveTests() => Environment.SetEnvironmentVariable(ImageArchive.DataVariable, null);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ImageArchive.DataVariable, _variable);
        _folder.Dispose();
    }

    private string Place(string sub, Func<string, string> rename, bool packed = true)
    {
        foreach ((string name, byte[] content) in TinyArchive.Files)
            _folder.Write(Path.Combine(sub, rename(name)), packed ? TinyArchive.Gzip(content) : content);
        return Path.Combine(_folder.Root, sub);
    }

    private ImageDataOptions Offline(string? dataDirectory = null) => new()
    {
        DataDirectory = dataDirectory,
        CacheDirectory = Path.Combine(_folder.Root, "cache"),
        AllowDownload = false,
    };

    [Fact]
    public void LoadsBothPartsOntoTheCallersThreadAndLeaksNothing()
    {
        string folder = Place("mine", name => name + ".gz");
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (TrainTest data = _archive.Load(Offline(folder)))
        {
            Assert.Equal((3, 2), (data.Train.Count, data.Test.Count));
            Assert.Equal([1L, 2L], data.Test.Targets.data<long>());
            Assert.Equal(before + 4, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void FindsFilesUnderEveryCommonName()
    {
        Assert.EndsWith("plain", _archive.Find(Offline(Place("plain", name => name, packed: false))));
        Assert.EndsWith("dotted", _archive.Find(Offline(Place("dotted", name => name.Replace("-idx", ".idx"), packed: false))));
        Place(Path.Combine("root", "tiny"), name => name + ".gz");
        Assert.EndsWith("tiny", _archive.Find(Offline(Path.Combine(_folder.Root, "root"))));
    }

    [Fact]
    public void LooksInTheFolderGivenThenTheVariableThenTheCache()
    {
        Assert.Null(_archive.Find(Offline()));
        string cache = Place(Path.Combine("cache", "tiny"), name => name + ".gz");
        Assert.Equal(cache, _archive.Find(Offline()));
        string variable = Place(Path.Combine("env", "tiny"), name => name + ".gz");
        Environment.SetEnvironmentVariable(ImageArchive.DataVariable, Path.Combine(_folder.Root, "env"));
        Assert.Equal(variable, _archive.Find(Offline()));
        Environment.SetEnvironmentVariable(ImageArchive.DataVariable, variable);
        Assert.Equal(variable, _archive.Find(Offline()));
        string given = Place("given", name => name + ".gz");
        Assert.Equal(given, _archive.Find(Offline(given)));
    }

    [Fact]
    public void IgnoresAVariableThatPointsToOtherData()
    {
        _folder.Write(Path.Combine("env", "notes.txt"), [1]);
        Environment.SetEnvironmentVariable(ImageArchive.DataVariable, Path.Combine(_folder.Root, "env"));
        Assert.Null(_archive.Find(Offline()));
    }

    [Fact]
    public void NamesAMissingFolder()
    {
        string nowhere = Path.Combine(_folder.Root, "nowhere");
        Assert.Contains(nowhere, Assert.Throws<DirectoryNotFoundException>(() => _archive.Load(Offline(nowhere))).Message);
        Environment.SetEnvironmentVariable(ImageArchive.DataVariable, nowhere);
        Assert.Contains(ImageArchive.DataVariable, Assert.Throws<DirectoryNotFoundException>(() => _archive.Load(Offline())).Message);
    }

    [Fact]
    public void NamesAMissingFileItsFolderAndWhatToDo()
    {
        string folder = Place("mine", name => name);
        File.Delete(Path.Combine(folder, "t10k-labels-idx1-ubyte"));
        string message = Assert.Throws<FileNotFoundException>(() => _archive.Load(Offline(folder))).Message;
        Assert.Contains("t10k-labels-idx1-ubyte", message);
        Assert.Contains(folder, message);
        Assert.Contains("SyntheticDigits", message);
        string empty = Directory.CreateDirectory(Path.Combine(_folder.Root, "empty")).FullName;
        Assert.Contains("train-images", Assert.Throws<FileNotFoundException>(() => _archive.Load(Offline(empty))).Message);
    }

    [Fact]
    public void AUserFolderMayHoldASubsetButNoDamagedFile()
    {
        string folder = Place("mine", name => name, packed: false);
        _folder.Write("mine/train-images-idx3-ubyte", TinyArchive.TestImages);
        _folder.Write("mine/train-labels-idx1-ubyte", TinyArchive.TestLabels);
        using (TrainTest subset = _archive.Load(Offline(folder)))
            Assert.Equal(2, subset.Train.Count);
        string damaged = _folder.Write("mine/t10k-images-idx3-ubyte", TinyArchive.TestImages[..^1]);
        Assert.Contains(damaged, Assert.Throws<DataFormatException>(() => _archive.Load(Offline(folder))).Message);
    }

    [Fact]
    public void WithoutDownloadsSaysWhatIsWrongInTheCache()
    {
        Assert.Contains("it is not there", Assert.Throws<DataDownloadException>(() => _archive.Load(Offline())).Message);
        Place(Path.Combine("cache", "tiny"), name => name + ".gz");
        _folder.Write("cache/tiny/train-labels-idx1-ubyte.gz", TinyArchive.Gzip([1, 2, 3]));
        string message = Assert.Throws<DataDownloadException>(() => _archive.Load(Offline())).Message;
        Assert.Contains("train-labels-idx1-ubyte.gz", message);
        Assert.Contains("MD5", message);
    }

    [Fact]
    public void ReadsTheRealArchiveWhereItIsPresent()
    {
        if (_variable is null)
            return;
        Environment.SetEnvironmentVariable(ImageArchive.DataVariable, _variable);
        if (ImageArchive.Mnist.Find() is null)
            return;
        using TrainTest mnist = ImageArchive.Mnist.Load(new ImageDataOptions { AllowDownload = false });
        Assert.Equal((60_000, 10_000), (mnist.Train.Count, mnist.Test.Count));
        Assert.Equal([7L, 2L, 1L, 0L, 4L], mnist.Test.Targets.data<long>().Take(5));
        using Tensor mean = mnist.Train.Inputs.mean();
        Assert.Equal(0.1307, mean.item<float>(), 4);
    }
}
