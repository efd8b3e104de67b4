using System.Runtime.InteropServices;
using BayesGen.Build;
using Shim = BayesGen.Build.NativeShim;

namespace BayesGen.Tests.NativeShim;

public sealed class NativeShimTests : IDisposable
{
    private static readonly DateTime LongAgo = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-shim-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MakesTheOneVersionNeedWeakAndKeepsEveryOtherByte(bool stripped)
    {
        byte[] original = ElfLibrary.Build(ElfLibrary.TypicalNeeds);
        if (stripped)
            original = ElfLibrary.WithoutSections(original);
        string source = Write("source.so", original);
        string destination = InFolder("obj", "deep", "shim.so");

        Assert.Equal(ShimOutcome.Relaxed, Shim.Relax(source, destination));

        byte[] relaxed = File.ReadAllBytes(destination);
        int changed = Assert.Single(Enumerable.Range(0, original.Length), i => original[i] != relaxed[i]);
        Assert.Equal((0, 2), (original[changed], relaxed[changed]));
        Assert.Equal(ExpectedAfterRelaxing(stripped), relaxed);
        Assert.Equal(original, File.ReadAllBytes(source));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(destination)!));
    }

    [Fact]
    public void KeepsOtherFlagsOfTheVersionNeed()
    {
        byte[] original = ElfLibrary.Build([new("libstdc++.so.6", new VersionNeed("GLIBCXX_3.4.32", Flags: 0x101))]);
        string library = Write("shim.so", original);

        Assert.Equal(ShimOutcome.Relaxed, Shim.Relax(library, library));

        byte[] expected = ElfLibrary.Build([new("libstdc++.so.6", new VersionNeed("GLIBCXX_3.4.32", Flags: 0x103))]);
        Assert.Equal(expected, File.ReadAllBytes(library));
    }

    [Theory]
    [InlineData("other version")]
    [InlineData("other library")]
    [InlineData("weak already")]
    [InlineData("no version table")]
    [InlineData("no needs")]
    public void LeavesALibraryWithoutTheVersionNeedAlone(string what)
    {
        byte[] image = what switch
        {
            "other version" =>
                ElfLibrary.Build([new("libstdc++.so.6", new VersionNeed("GLIBCXX_3.4.3"), new VersionNeed("GLIBCXX_3.4.320"))]),
            "other library" => ElfLibrary.Build([new("libstdc++.so.7", new VersionNeed("GLIBCXX_3.4.32"))]),
            "weak already" => ElfLibrary.Build([new("libstdc++.so.6", new VersionNeed("GLIBCXX_3.4.32", Flags: 0x2))]),
            "no version table" => ElfLibrary.Build(ElfLibrary.TypicalNeeds, withVersionTable: false),
            _ => ElfLibrary.Build([]),
        };
        string library = Write("shim.so", image);
        File.SetLastWriteTimeUtc(library, LongAgo);

        Assert.Equal(ShimOutcome.NothingNeeded, Shim.Relax(library, library));
        Assert.Equal(ShimOutcome.NothingNeeded, Shim.Relax(library, InFolder("missing", "copy.so")));

        Assert.Equal(image, File.ReadAllBytes(library));
        Assert.Equal(LongAgo, File.GetLastWriteTimeUtc(library));
        Assert.Equal([library], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void RemovesAStaleCopyThatIsNoLongerNeeded()
    {
        string source = Write("source.so", ElfLibrary.Build([]));
        string destination = Write("shim.so", ElfLibrary.Build(ElfLibrary.TypicalNeeds));

        Assert.Equal(ShimOutcome.NothingNeeded, Shim.Relax(source, destination));

        Assert.False(File.Exists(destination));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ASecondRunDoesNothing(bool inPlace)
    {
        string source = Write("source.so", ElfLibrary.Build(ElfLibrary.TypicalNeeds));
        string destination = inPlace ? source : InFolder("shim.so");
        Assert.Equal(ShimOutcome.Relaxed, Shim.Relax(source, destination));
        File.SetLastWriteTimeUtc(destination, LongAgo);

        Assert.Equal(inPlace ? ShimOutcome.NothingNeeded : ShimOutcome.UpToDate, Shim.Relax(source, destination));

        Assert.Equal(LongAgo, File.GetLastWriteTimeUtc(destination));
    }

    [Fact]
    public void ReplacesADestinationOfOtherContentAndTheSameLength()
    {
        byte[] original = ElfLibrary.Build(ElfLibrary.TypicalNeeds);
        string source = Write("source.so", original);
        string destination = Write("shim.so", original);

        Assert.Equal(ShimOutcome.Relaxed, Shim.Relax(source, destination));
        Assert.Equal(ExpectedAfterRelaxing(stripped: false), File.ReadAllBytes(destination));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MZ, and then a Windows library")]
    [InlineData("\u007fEL")]
    [InlineData("\u007fELF")]
    public void NamesAFileThatIsNotElf(string content)
    {
        AssertRefused(Write("shim.so", System.Text.Encoding.ASCII.GetBytes(content)));
    }

    [Theory]
    [InlineData(4, 1)]      // 32-bit
    [InlineData(5, 2)]      // big-endian
    [InlineData(54, 32)]    // program headers of another size
    public void NamesAnElfFileOfAnotherKind(int offset, byte value)
    {
        byte[] image = ElfLibrary.Build(ElfLibrary.TypicalNeeds);
        image[offset] = value;

        AssertRefused(Write("shim.so", image));
    }

    [Fact]
    public void NamesAFileTruncatedAnywhere()
    {
        byte[] image = ElfLibrary.Build(ElfLibrary.TypicalNeeds);
        for (int length = 0; length < image.Length; length++)
            AssertRefused(Write("shim.so", image[..length]));
    }

    [Fact]
    public void ADamagedFileGivesTheOneErrorOrNone()
    {
        byte[] image = ElfLibrary.Build(ElfLibrary.TypicalNeeds);
        for (int i = 0; i < image.Length; i++)
        {
            foreach (byte value in (byte[])[0x00, 0x7f, 0xff])
            {
                byte[] damaged = [.. image];
                damaged[i] = value;
                string source = Write("shim.so", damaged);
                if (Record.Exception(() => Shim.Relax(source, InFolder("out.so"))) is { } error)
                    Assert.IsType<InvalidDataException>(error);
                Assert.Equal(damaged, File.ReadAllBytes(source));
            }
        }
    }

    [Fact]
    public void LeavesTheOtherNameOfAHardLinkAlone()
    {
        if (OperatingSystem.IsWindows())
            return;
        byte[] original = ElfLibrary.Build(ElfLibrary.TypicalNeeds);
        string cached = Write("cached.so", original);
        File.SetLastWriteTimeUtc(cached, LongAgo);
        string inPlace = InFolder("in-place.so");
        string asDestination = InFolder("as-destination.so");
        HardLink(cached, inPlace);
        HardLink(cached, asDestination);

        Assert.Equal(ShimOutcome.Relaxed, Shim.Relax(inPlace, inPlace));
        Assert.Equal(ShimOutcome.Relaxed, Shim.Relax(cached, asDestination));

        Assert.Equal(original, File.ReadAllBytes(cached));
        Assert.Equal(LongAgo, File.GetLastWriteTimeUtc(cached));
        Assert.Equal(ExpectedAfterRelaxing(stripped: false), File.ReadAllBytes(inPlace));
        Assert.Equal(ExpectedAfterRelaxing(stripped: false), File.ReadAllBytes(asDestination));
    }

    [Theory]
    [InlineData("744")]
    [InlineData("666")]
    [InlineData("600")]
    [InlineData("555")]
    [InlineData("444")]
    public void KeepsTheModeBits(string octal)
    {
        if (OperatingSystem.IsWindows())
            return;
        var mode = (UnixFileMode)Convert.ToInt32(octal, 8);
        string source = Write("source.so", ElfLibrary.Build(ElfLibrary.TypicalNeeds));
        File.SetUnixFileMode(source, mode);

        Assert.Equal(ShimOutcome.Relaxed, Shim.Relax(source, InFolder("shim.so")));
        Assert.Equal(ShimOutcome.Relaxed, Shim.Relax(source, source));

        Assert.Equal(mode, File.GetUnixFileMode(InFolder("shim.so")));
        Assert.Equal(mode, File.GetUnixFileMode(source));
    }

    [Fact]
    public void AReadOnlySourceInAReadOnlyFolderIsEnough()
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode readOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        string cache = Directory.CreateDirectory(InFolder("cache")).FullName;
        string source = Path.Combine(cache, "source.so");
        File.WriteAllBytes(source, ElfLibrary.Build(ElfLibrary.TypicalNeeds));
        File.SetUnixFileMode(source, readOnly);
        File.SetUnixFileMode(cache, readOnly);
        try
        {
            Assert.Equal(ShimOutcome.Relaxed, Shim.Relax(source, InFolder("shim.so")));
            Assert.Equal([source], Directory.GetFiles(cache));
        }
        finally
        {
            File.SetUnixFileMode(cache, readOnly | UnixFileMode.UserWrite);
        }
    }

    private void AssertRefused(string source)
    {
        byte[] before = File.ReadAllBytes(source);
        string destination = InFolder("out", "shim.so");

        var error = Assert.Throws<InvalidDataException>(() => Shim.Relax(source, destination));

        Assert.Contains(source, error.Message, StringComparison.Ordinal);
        Assert.Contains("restore again", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(source));
        Assert.False(File.Exists(destination));
    }

    private static byte[] ExpectedAfterRelaxing(bool stripped)
    {
        LibraryNeed[] needs = [.. ElfLibrary.TypicalNeeds];
        needs[2] = new(
            "libstdc++.so.6",
            new VersionNeed("GLIBCXX_3.4.3"),
            new VersionNeed("GLIBCXX_3.4.32", Flags: 0x2),
            new VersionNeed("CXXABI_1.3"));
        byte[] image = ElfLibrary.Build(needs);
        return stripped ? ElfLibrary.WithoutSections(image) : image;
    }

    private static void HardLink(string existing, string link) => Assert.Equal(0, Link(existing, link));

    private string Write(string name, byte[] content)
    {
        string path = InFolder(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private string InFolder(params string[] parts) => Path.Combine([_folder, .. parts]);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string link);
}
