using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using BayesGen.Datasets;

namespace ServingSample;

/// <summary>What a server did under load.</summary>
/// <param name="Seconds">How long the requests took together.</param>
/// <param name="Milliseconds">How long each request took, in rising order.</param>
/// <param name="Failed">How many were not answered with 200.</param>
public sealed record LoadResult(double Seconds, double[] Milliseconds, int Failed)
{
    public double RequestsPerSecond => Milliseconds.Length / Seconds;

    /// <summary>The time within which a part of the requests is answered.</summary>
    /// <param name="part">Above 0, at most 1.</param>
    public double Quantile(double part) => Milliseconds[Math.Max(0, (int)Math.Ceiling(part * Milliseconds.Length) - 1)];

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{RequestsPerSecond:F0} requests a second, p50 {Quantile(0.5):F1} ms, p99 {Quantile(0.99):F1} ms, {Failed} failed");
}

/// <summary>Many clients at once, each with one request after the other.</summary>
public static partial class Load
{
    /// <summary>Starts a server in a process of its own and measures it.</summary>
    public static async Task<int> RunAsync(LoadOptions options)
    {
        if (!File.Exists(options.Model))
            throw new FileNotFoundException($"{options.Model} is not there: 'train' makes it.");
        using var server = Process.Start(ServerCommand(options))!;
        // It ends with this program, however that ends.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => End(server);
        try
        {
            var url = await ListeningAsync(server);
            using var http = new HttpClient { BaseAddress = new Uri(url) };
            var bodies = Bodies(options.Images);
            // Until code is compiled at its best and buffers have their sizes.
            await AskAsync(http, bodies, options.Clients, Math.Max(1, options.Requests / 4));
            var (before, cpuBefore) = await UsageAsync(server);
            var result = await AskAsync(http, bodies, options.Clients, options.Requests);
            var (after, cpuAfter) = await UsageAsync(server);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Clients} clients, {options.Requests:N0} requests of {options.Images} image{(options.Images == 1 ? "" : "s")}, "
                + $"{options.Samples} samples, {options.Threads} thread{(options.Threads == 1 ? "" : "s")} of Torch, "
                + $"{Environment.ProcessorCount} processor{(Environment.ProcessorCount == 1 ? "" : "s")}"));
            Console.WriteLine(result);
            // Unlike the times above, it hardly depends on what else the machine does.
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"processor time of the server: {(cpuAfter - cpuBefore).TotalMilliseconds / options.Requests:F2} ms a request"));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"resident set of the server: {before / 1e6:F1} MB before, {after / 1e6:F1} MB after "
                + $"({100.0 * (after - before) / before:+0.0;-0.0} %)"));
            return result.Failed == 0 ? 0 : 1;
        }
        finally
        {
            End(server);
        }
    }

    /// <summary>Asks, and measures.</summary>
    /// <param name="http">Where; its base address is that of the server.</param>
    /// <param name="bodies">What the clients send, in turn.</param>
    /// <param name="clients">How many ask at once.</param>
    /// <param name="requests">How many requests they make together.</param>
    public static async Task<LoadResult> AskAsync(HttpClient http, IReadOnlyList<byte[]> bodies, int clients, int requests)
    {
        var times = new double[requests];
        var (next, failed) = (-1, 0);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < requests; i = Interlocked.Increment(ref next))
            {
                using var body = new ByteArrayContent(bodies[i % bodies.Count]);
                body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                var start = Stopwatch.GetTimestamp();
                using var answer = await http.PostAsync("/predict", body);
                await answer.Content.ReadAsByteArrayAsync();
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (!answer.IsSuccessStatusCode)
                    Interlocked.Increment(ref failed);
            }
        })));
        var seconds = clock.Elapsed.TotalSeconds;
        Array.Sort(times);
        return new LoadResult(seconds, times, failed);
    }

    /// <summary>Requests with digits in them; three decimals hold a pixel of one byte.</summary>
    public static IReadOnlyList<byte[]> Bodies(int images)
    {
        using var digits = SyntheticDigits.Create(20 * images, seed: 4);
        var pixels = digits.Inputs.data<float>().ToArray();
        return
        [
            .. pixels.Chunk(DigitNetwork.Pixels).Chunk(images).Select(chosen => JsonSerializer.SerializeToUtf8Bytes(
                new { inputs = chosen.Select(image => image.Select(pixel => Math.Round(pixel, 3))) })),
        ];
    }

    private static ProcessStartInfo ServerCommand(LoadOptions options)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(Load).Assembly.Location);
        foreach (var argument in (string[])["serve", "--url", "http://127.0.0.1:0", "--model", options.Model,
            "--samples", $"{options.Samples}", "--threads", $"{options.Threads}"])
            start.ArgumentList.Add(argument);
        return start;
    }

    private static async Task<string> ListeningAsync(Process server)
    {
        while (await server.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Address().Match(line) is { Success: true, Groups: [_, var url] })
            {
                // Nobody else reads what the server says, and a full pipe would stop it.
                _ = server.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return url.Value;
            }
        }

        throw new IOException("The server ended before it listened; what it said is above.");
    }

    private static void End(Process server)
    {
        try
        {
            server.Kill();
            server.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended, and been disposed.
        }
    }

    /// <summary>Bytes of the process that are in memory once it is idle, and the time that processors have worked for it.</summary>
    private static async Task<(long Resident, TimeSpan Processor)> UsageAsync(Process process)
    {
        await Task.Delay(TimeSpan.FromSeconds(1));
        process.Refresh();
        return (process.WorkingSet64, process.TotalProcessorTime);
    }

    [GeneratedRegex(@"listening on (http://[^;\s]+)")]
    private static partial Regex Address();
}
