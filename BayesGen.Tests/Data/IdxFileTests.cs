using BayesGen.Data;

namespace BayesGen.Tests;

public sealed class IdxFileTests
{
    private static IdxFile Read(byte[] content) => IdxFile.Read(new MemoryStream(content), "some.idx");

    private static string Complaint(byte[] content) => Assert.Throws<DataFormatException>(() => Read(content)).Message;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsPlainAndPackedFilesOfAnyRank(bool packed)
    {
        byte[] content = TinyArchive.Idx([2, 1, 3, 1], [1, 2, 3, 4, 5, 6]);
        IdxFile file = Read(packed ? TinyArchive.Gzip(content) : content);
        Assert.Equal([2, 1, 3, 1], file.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Values.ToArray());
    }

    [Fact]
    public void ReadsAFileByContentWhateverItsName()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("packed-but-not-called-so", TinyArchive.Gzip(TinyArchive.TrainLabels));
        Assert.Equal([7, 0, 9], IdxFile.Read(path).Values.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsFromAPipeWhichCannotSeek(bool packed)
    {
        byte[] content = TinyArchive.Idx([2, 3], [1, 2, 3, 4, 5, 6]);
        IdxFile file = IdxFile.Read(new Trickle(packed ? TinyArchive.Gzip(content) : content), "pipe");
        Assert.Equal([2, 3], file.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Values.ToArray());
    }

    [Fact]
    public void APackedPipeThatIsCutOrGoesOnIsRefused()
    {
        byte[] packed = TinyArchive.Gzip(TinyArchive.TrainImages);
        Assert.Throws<DataFormatException>(() => IdxFile.Read(new Trickle(packed[..^3]), "pipe"));
        Assert.Throws<DataFormatException>(() => IdxFile.Read(new Trickle([.. packed, 0]), "pipe"));
    }

    [Fact]
    public void NamesAMissingFile()
    {
        var error = Assert.Throws<FileNotFoundException>(() => IdxFile.Read("/nowhere/labels.idx"));
        Assert.Contains("/nowhere/labels.idx", error.Message);
    }

    [Fact]
    public void NamesTheMagicNumberExpectedAndFound()
    {
        string floats = Complaint([0, 0, 0x0D, 1, 0, 0, 0, 0]);
        Assert.Contains("some.idx", floats);
        Assert.Contains("0x00000803", floats);
        Assert.Contains("0x00000D01", floats);
        Assert.Contains("0x3C68746D", Complaint("<html>"u8.ToArray()));
        Assert.Contains("0x00000800", Complaint([0, 0, 8, 0, 1]));
    }

    [Fact]
    public void NamesTheBytesExpectedAndFoundOfATruncatedFile()
    {
        string message = Complaint(TinyArchive.TrainImages[..^5]);
        Assert.Contains("truncated", message);
        Assert.Contains("3 x 2 x 2 = 12 bytes", message);
        Assert.Contains("found 7", message);
        Assert.Contains("truncated", Complaint([0, 0]));
        Assert.Contains("header of rank 3", Complaint(TinyArchive.TrainImages[..9]));
    }

    [Fact]
    public void RefusesTrailingBytes()
    {
        string message = Complaint([.. TinyArchive.TrainLabels, 1, 2]);
        Assert.Contains("trailing", message);
        Assert.Contains("found 5", message);
    }

    [Fact]
    public void RefusesImpossibleLengths()
    {
        Assert.Contains("dimension 0", Complaint([0, 0, 8, 1, 0xFF, 0, 0, 0]));
        var huge = new byte[4 + 4 * 255];
        Array.Fill(huge, (byte)0x7F);
        (huge[0], huge[1], huge[2], huge[3]) = (0, 0, 8, 255);
        Assert.Contains("truncated", Complaint(huge));
    }

    [Fact]
    public void NamesABrokenGzipFile()
    {
        byte[] packed = TinyArchive.Gzip(TinyArchive.TrainImages);
        packed[12] ^= 0xFF;
        packed[^6] ^= 0xFF;
        Assert.Contains("some.idx", Complaint(packed));
        Assert.Contains("some.idx", Complaint(TinyArchive.Gzip(TinyArchive.TrainImages)[..^12]));
    }

    [Fact]
    public void RefusesAGzipFileWithACutTrailerOrTrailingBytes()
    {
        byte[] packed = TinyArchive.Gzip(TinyArchive.TrainImages);
        Assert.Equal([3, 2, 2], Read(packed).Shape);
        for (var cut = 1; cut <= 8; cut++)
            Assert.Contains("some.idx", Complaint(packed[..^cut]));
        Assert.Contains("something follows", Complaint([.. packed, 0]));
        Assert.Contains("something follows", Complaint([.. packed, .. "garbage"u8]));
        packed[^5] ^= 1;
        Assert.Contains("some.idx", Complaint(packed));
    }

    [Fact]
    public void APackedFileTakesNoMoreMemoryThanItsHeaderSays()
    {
        byte[] bomb = TinyArchive.Gzip([.. TinyArchive.Idx([4], [1, 2, 3, 4]), .. new byte[200 << 20]]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("trailing", Complaint(bomb));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);

        // A header that lies takes what is there.
        before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("truncated", Complaint([0, 0, 8, 1, 0x70, 0, 0, 0, 1]));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    /// <summary>A stream as a pipe is one: it cannot seek, and gives a few bytes at a time.</summary>
    private sealed class Trickle(byte[] content) : MemoryStream(content)
    {
        private const int BytesAtOnce = 3;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, BytesAtOnce));

        public override int Read(Span<byte> buffer) => Read(buffer[..Math.Min(buffer.Length, BytesAtOnce)], 0);

        public override long Seek(long offset, SeekOrigin loc) => throw new NotSupportedException();

        private int Read(Span<byte> buffer, int found)
        {
            for (; found < buffer.Length && ReadByte() is >= 0 and var value; found++)
                buffer[found] = (byte)value;
            return found;
        }
    }
}
