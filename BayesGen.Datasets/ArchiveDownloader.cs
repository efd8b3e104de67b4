using System.Globalization;
using System.Text;

namespace BayesGen.Datasets;

/// <summary>Fetches files of a published data set: mirror by mirror, checked before they get their name.</summary>
internal sealed class ArchiveDownloader(HttpClient client, ImageDataOptions options)
{
    private const int BufferSize = 1 << 16;

    /// <summary>Bytes that have to come within the time-out, or the mirror counts as silent: a drip would take days.</summary>
    private const int LeastProgress = 1 << 14;

    /// <summary>
    /// Fetches <paramref name="file"/> to <paramref name="target"/>. The name appears only once the content is whole and right; whatever
    /// goes wrong, nothing partial stays behind.
    /// </summary>
    /// <exception cref="DataDownloadException">No mirror gave the right content.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signaled.</exception>
    public async Task FetchAsync(ArchiveFile file, IReadOnlyList<Uri> mirrors, string target, CancellationToken cancellation)
    {
        var faults = new StringBuilder();
        Exception? last = null;
        foreach (Uri mirror in mirrors)
        {
            var source = new Uri(mirror, file.PackedName);
            // A name of its own: two processes may fetch the same file at once.
            string partial = $"{target}.{Guid.NewGuid():N}.part";
            try
            {
                await ReceiveAsync(source, partial, cancellation).ConfigureAwait(false);
                if (file.Fault(partial) is not { } fault)
                {
                    File.Move(partial, target, overwrite: true);
                    return;
                }
                faults.Append(CultureInfo.InvariantCulture, $"\n  {source}: came, but {fault}");
            }
            catch (Exception failure) when (IsOfTheNetwork(failure) && !cancellation.IsCancellationRequested)
            {
                last = failure;
                string reason = failure is OperationCanceledException
                    ? $"silent, or nearly so, for {options.StallTimeout.TotalSeconds:0.#} seconds" : failure.Message;
                faults.Append(CultureInfo.InvariantCulture, $"\n  {source}: {reason}");
            }
            finally
            {
                File.Delete(partial);
            }
        }
        throw new DataDownloadException($"Could not fetch {file.PackedName}:{faults}\n"
            + $"Check the network, or put the file into '{Path.GetDirectoryName(target)}' by hand.", last);
    }

    private async Task ReceiveAsync(Uri source, string partial, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(options.StallTimeout);
        using HttpResponseMessage response = await client
            .GetAsync(source, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        long? total = response.Content.Headers.ContentLength;
        Stream body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var disk = new FileStream(partial, FileMode.CreateNew, FileAccess.Write);
            await using (disk.ConfigureAwait(false))
                await CopyAsync(body, disk, source, total, stall).ConfigureAwait(false);
        }
    }

    private async Task CopyAsync(Stream body, Stream disk, Uri source, long? total, CancellationTokenSource stall)
    {
        var buffer = new byte[BufferSize];
        string name = Path.GetFileName(source.LocalPath);
        long received = 0;
        if (total > options.LargestFile)
            throw TooLarge($"it announces {total:N0} bytes");
        options.Progress?.Report(new DownloadProgress(name, 0, total, source));
        stall.CancelAfter(options.StallTimeout);
        long counted = 0;
        while (true)
        {
            if (received - counted >= LeastProgress)
            {
                counted = received;
                stall.CancelAfter(options.StallTimeout);
            }
            int read = await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
            if (read == 0)
                break;
            await disk.WriteAsync(buffer.AsMemory(0, read), stall.Token).ConfigureAwait(false);
            received += read;
            if (received > options.LargestFile)
                throw TooLarge($"it sends more than {options.LargestFile:N0} bytes");
            options.Progress?.Report(new DownloadProgress(name, received, total, source));
        }
        if (total is { } announced && received != announced)
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"the connection ended after {received:N0} of {announced:N0} bytes");
    }

    private static HttpIOException TooLarge(string what) => new(
        HttpRequestError.ConfigurationLimitExceeded, $"{what}, which is more than ImageDataOptions.LargestFile allows");

    // A full disk or a folder without write access is no fault of the mirror, and the next one would not help. A redirection to an address
    // that is none, or none of the web's, is one of its answers.
    private static bool IsOfTheNetwork(Exception failure) =>
        failure is HttpRequestException or HttpIOException or OperationCanceledException or InvalidDataException
            or FormatException or NotSupportedException or InvalidOperationException
        || failure is IOException { InnerException: System.Net.Sockets.SocketException };
}
