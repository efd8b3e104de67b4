using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>A folder of its own, gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Root = Directory.CreateTempSubdirectory("bayesgen-").FullName;

    public string Root { get; }

    public string Write(string name, byte[] content)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>The bytes of IDX files, and a tiny archive made of them: 3 images of 2x2 to train, 2 to test.</summary>
internal static class TinyArchive
{
    public static readonly byte[] TrainImages = Idx([3, 2, 2], [0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8]);
    public static readonly byte[] TrainLabels = Idx([3], [7, 0, 9]);
    public static readonly byte[] TestImages = Idx([2, 2, 2], [9, 9, 9, 9, 8, 8, 8, 8]);
    public static readonly byte[] TestLabels = Idx([2], [1, 2]);

    public static readonly Uri FirstMirror = new("http://first.invalid/tiny/");
    public static readonly Uri SecondMirror = new("http://second.invalid/");

    public static readonly (string Name, byte[] Content)[] Files =
    [
        ("train-images-idx3-ubyte", TrainImages), ("train-labels-idx1-ubyte", TrainLabels),
        ("t10k-images-idx3-ubyte", TestImages), ("t10k-labels-idx1-ubyte", TestLabels),
    ];

    public static ImageArchive Create() => new(
        "tiny",
        [.. Enumerable.Range(0, 10).Select(i => $"{i}")],
        [.. Files.Select(f => Convert.ToHexStringLower(MD5.HashData(f.Content)))],
        [FirstMirror.ToString(), SecondMirror.ToString()]);

    public static byte[] Idx(int[] shape, byte[] values)
    {
        var bytes = new byte[4 + 4 * shape.Length + values.Length];
        bytes[2] = 8;
        bytes[3] = (byte)shape.Length;
        for (int i = 0; i < shape.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), shape[i]);
        values.CopyTo(bytes, 4 + 4 * shape.Length);
        return bytes;
    }

    public static byte[] Gzip(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(content);
        return buffer.ToArray();
    }
}

/// <summary>A web server in memory: answers by address, remembers what it was asked.</summary>
internal sealed class MemoryServer(Func<Uri, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public List<Uri> Asked { get; } = [];

    public MemoryServer(Func<Uri, byte[]?> content) : this((uri, _) => Task.FromResult(content(uri) is { } bytes
        ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(bytes) }
        : new HttpResponseMessage(HttpStatusCode.NotFound)))
    {
    }

    /// <summary>The packed file of the tiny archive that an address asks for.</summary>
    public static byte[] Good(Uri uri) =>
        TinyArchive.Gzip(TinyArchive.Files.Single(f => uri.AbsolutePath.EndsWith("/" + f.Name + ".gz", StringComparison.Ordinal)).Content);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Add(request.RequestUri!);
        return answer(request.RequestUri!, cancellationToken);
    }
}

/// <summary>Reports at once and in order, unlike Progress&lt;T&gt;, which posts.</summary>
internal sealed class Recorder<T> : IProgress<T>
{
    public List<T> Reports { get; } = [];

    public void Report(T value) => Reports.Add(value);
}
