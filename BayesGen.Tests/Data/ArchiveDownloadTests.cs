using System.Net;
using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>Downloads, served from memory.</summary>
public sealed class ArchiveDownloadTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();
    private readonly string? _variable = Environment.GetEnvironmentVariable(ImageArchive.DataVariable);
    private readonly ImageArchive _archive = TinyArchive.Create();

    public ArchiveDownloadTests() => Environment.SetEnvironmentVariable(ImageArchive.DataVariable, null);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ImageArchive.DataVariable, _variable);
        _cache.Dispose();
    }

    private ImageDataOptions From(MemoryServer server) => new() { CacheDirectory = _cache.Root, MessageHandler = server };

    private string[] Cached() =>
        Directory.Exists(Path.Combine(_cache.Root, "tiny")) ? Directory.GetFiles(Path.Combine(_cache.Root, "tiny")) : [];

    [Fact]
    public void FetchesOnceWithProgressAndThenReadsTheCache()
    {
        var server = new MemoryServer(MemoryServer.Good);
        var progress = new Recorder<DownloadProgress>();
        using (TrainTest data = _archive.Load(From(server) with { Progress = progress }))
            Assert.Equal([7L, 0L, 9L], data.Train.Targets.data<long>());
        Assert.Equal(4, server.Asked.Count);
        Assert.All(server.Asked, uri => Assert.StartsWith(TinyArchive.FirstMirror.ToString(), uri.ToString()));
        Assert.Equal(4, Cached().Length);
        DownloadProgress last = progress.Reports.Last(r => r.FileName == "train-images-idx3-ubyte.gz");
        Assert.Equal(last.Total, last.Received);
        Assert.Equal(TinyArchive.Gzip(TinyArchive.TrainImages).Length, last.Received);

        _archive.Load(From(server)).Dispose();
        Assert.Equal(4, server.Asked.Count);
    }

    [Fact]
    public async Task RefetchesABrokenCachedFileOnly()
    {
        var server = new MemoryServer(MemoryServer.Good);
        string folder = await _archive.FetchAsync(From(server));
        server.Asked.Clear();
        _cache.Write("tiny/t10k-labels-idx1-ubyte.gz", [0x1F, 0x8B, 1, 2, 3]);
        Assert.Equal(folder, await _archive.FetchAsync(From(server)));
        Assert.Equal("/tiny/t10k-labels-idx1-ubyte.gz", Assert.Single(server.Asked).AbsolutePath);
        Assert.Equal([1, 2], IdxFile.Read(Path.Combine(folder, "t10k-labels-idx1-ubyte.gz")).Values.ToArray());
    }

    [Fact]
    public async Task TakesTheNextMirrorWhereOneGivesWrongContent()
    {
        var server = new MemoryServer(
            uri => uri.Host == TinyArchive.FirstMirror.Host ? TinyArchive.Gzip([1, 2, 3]) : MemoryServer.Good(uri));
        await _archive.FetchAsync(From(server));
        Assert.Equal(8, server.Asked.Count);
        Assert.Equal(4, Cached().Length);
    }

    [Fact]
    public async Task NamesTheAnswerOfEveryMirror()
    {
        var server = new MemoryServer(uri => uri.Host == TinyArchive.FirstMirror.Host ? TinyArchive.Gzip([1, 2, 3]) : null);
        var error = await Assert.ThrowsAsync<DataDownloadException>(() => _archive.FetchAsync(From(server)));
        Assert.Contains("http://first.invalid/tiny/train-images-idx3-ubyte.gz", error.Message);
        Assert.Contains("5289df737df57326fcdd22597afb1fac", error.Message);
        Assert.Contains("http://second.invalid/train-images-idx3-ubyte.gz", error.Message);
        Assert.Contains("404", error.Message);
        Assert.Empty(Cached());
    }

    [Fact]
    public async Task AnInterruptedDownloadLeavesNothingBehind()
    {
        var cut = new HttpIOException(HttpRequestError.ResponseEnded, "cut off");
        var server = new MemoryServer((uri, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StreamContent(new BreakingStream(MemoryServer.Good(uri)[..9], cut)),
        }));
        var error = await Assert.ThrowsAsync<DataDownloadException>(() => _archive.FetchAsync(From(server)));
        Assert.Contains("cut off", error.Message);
        Assert.Empty(Cached());
    }

    [Fact]
    public async Task CancellationEndsADownloadAndLeavesNothingBehind()
    {
        using var cancellation = new CancellationTokenSource();
        var server = new MemoryServer((uri, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StreamContent(new BreakingStream(MemoryServer.Good(uri)[..9], null)),
        }));
        var progress = new Recorder<DownloadProgress>();
        Task<string> fetch = _archive.FetchAsync(From(server) with { Progress = progress }, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Single(server.Asked);
        Assert.Empty(Cached());
    }

    [Fact]
    public async Task TakesTheNextMirrorWhereOneIsSilent()
    {
        var server = new MemoryServer(async (uri, cancellation) =>
        {
            if (uri.Host == TinyArchive.FirstMirror.Host && uri.AbsolutePath.Contains("train-images"))
                await Task.Delay(Timeout.Infinite, cancellation);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(MemoryServer.Good(uri)) };
        });
        await _archive.FetchAsync(From(server) with { StallTimeout = TimeSpan.FromMilliseconds(500) });
        Assert.Equal(4, Cached().Length);
    }

    [Fact]
    public async Task TakesTheNextMirrorWhereOneIsTooSlow()
    {
        var server = new MemoryServer((uri, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = uri.Host == TinyArchive.FirstMirror.Host
                ? new StreamContent(new DrippingStream()) : new ByteArrayContent(MemoryServer.Good(uri)),
        }));
        await _archive.FetchAsync(From(server) with { StallTimeout = TimeSpan.FromMilliseconds(400) });
        Assert.Equal(4, Cached().Length);
        Assert.Equal(8, server.Asked.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TakesTheNextMirrorWhereOneSendsTooMuch(bool announces)
    {
        var server = new MemoryServer((uri, _) =>
        {
            HttpContent content = uri.Host != TinyArchive.FirstMirror.Host ? new ByteArrayContent(MemoryServer.Good(uri))
                : announces ? new ByteArrayContent(new byte[70_000]) : new StreamContent(new EndlessStream());
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
        });
        await _archive.FetchAsync(From(server) with { LargestFile = 65_536 });
        Assert.Equal(4, Cached().Length);
        var error = await Assert.ThrowsAsync<DataDownloadException>(() => _archive.FetchAsync(From(server) with
        {
            CacheDirectory = Path.Combine(_cache.Root, "other"), LargestFile = 65_536, Mirrors = [TinyArchive.FirstMirror],
        }));
        Assert.Contains("LargestFile", error.Message);
    }

    [Fact]
    public async Task TakesTheNextMirrorWhereOneRedirectsToAnInvalidAddress()
    {
        var server = new MemoryServer((uri, _) => uri.Host == TinyArchive.FirstMirror.Host
            ? throw new UriFormatException("Invalid URI: The hostname could not be parsed.")
            : Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(MemoryServer.Good(uri)) }));
        await _archive.FetchAsync(From(server));
        Assert.Equal(4, Cached().Length);
    }

    [Fact]
    public async Task RefusesAFileThatUnpacksWithoutEnd()
    {
        byte[] bomb;
        using (var buffer = new MemoryStream())
        {
            using (var gzip = new System.IO.Compression.GZipStream(buffer, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
                for (var i = 0; i <= 256; i++)
                    gzip.Write(new byte[1 << 20]);
            bomb = buffer.ToArray();
        }

        var server = new MemoryServer(uri =>
            uri.Host == TinyArchive.FirstMirror.Host && uri.AbsolutePath.Contains("train-images") ? bomb : MemoryServer.Good(uri));
        await _archive.FetchAsync(From(server));
        Assert.Equal(4, Cached().Length);
        Assert.Equal(5, server.Asked.Count);
    }

    [Fact]
    public async Task UsesTheMirrorsOfTheOptions()
    {
        var server = new MemoryServer(MemoryServer.Good);
        await _archive.FetchAsync(From(server) with { Mirrors = [new Uri("http://own.invalid/a/b/")] });
        Assert.All(server.Asked, uri => Assert.StartsWith("http://own.invalid/a/b/", uri.ToString()));
    }

    /// <summary>One byte again and again.</summary>
    private class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(buffer.Length);
    }

    /// <summary>One byte after another, slowly.</summary>
    private sealed class DrippingStream : EndlessStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(20, cancellationToken);
            return 1;
        }
    }

    /// <summary>Gives some bytes, then fails, or stays silent until canceled.</summary>
    private sealed class BreakingStream(byte[] start, Exception? end) : MemoryStream(start)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await base.ReadAsync(buffer, cancellationToken);
            if (read > 0)
                return read;
            if (end is not null)
                throw end;
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
