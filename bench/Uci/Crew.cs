using System.Collections.Concurrent;
using System.Diagnostics;

namespace BayesGen.Benchmarks.Uci;

/// <summary>
/// Processes that work side by side, each on one thread. Apart they share neither Torch's random numbers nor its threads, so a figure does
/// not depend on how many there are.
/// </summary>
/// <param name="options">What the processes are told.</param>
public sealed class Crew(RunOptions options)
{
    private readonly List<string> _failures = [];

    /// <summary>Hands out pieces until none is left.</summary>
    /// <returns>What went wrong, a sentence each.</returns>
    public IReadOnlyList<string> Do(IReadOnlyList<Piece> pieces)
    {
        if (pieces.Count == 0)
            return _failures;
        var queue = new ConcurrentQueue<Piece>(pieces);
        Console.WriteLine($"{pieces.Count:N0} pieces of work, {options.Threads} processes");
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(options.Threads, pieces.Count)).Select(_ => new Thread(() => Lead(queue)))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        if (!queue.IsEmpty)
            _failures.Add($"{queue.Count:N0} pieces of work were not begun; start the command again to compute them.");
        return _failures;
    }

    private void Lead(ConcurrentQueue<Piece> queue)
    {
        using var process = Start();
        while (queue.TryDequeue(out var piece))
        {
            string? answer = null;
            try
            {
                process.StandardInput.WriteLine(piece);
                process.StandardInput.Flush();
                answer = process.StandardOutput.ReadLine();
            }
            catch (IOException)
            {
                // Its end of the pipe is gone; what it was working on stays unfinished.
            }

            lock (_failures)
            {
                if (answer is null)
                    _failures.Add($"A process ended while it worked on {piece}; start the command again to compute what is missing.");
                else if (answer.StartsWith(Worker.Failed, StringComparison.Ordinal))
                    _failures.Add(answer);
                Console.WriteLine(answer ?? _failures[^1]);
            }

            if (answer is null)
                return;
        }

        process.StandardInput.Close();
        process.WaitForExit();
    }

    private Process Start()
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true };

        // By the host where the program was started by it: "dotnet Uci.dll".
        start.FileName = Environment.ProcessPath!;
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in options.WorkerArguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
