using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>What to measure, and how long.</summary>
internal sealed record Settings(
    IReadOnlyList<string> Sections, string? Network, IReadOnlyList<int> Batches, IReadOnlyList<int> Draws, int Repetitions, int Steps,
    int Threads,
    Device Device, bool ManageMemory, int? MemoryRow)
{
    private static readonly string[] Known =
        ["--sections", "--network", "--batch", "--draws", "--repetitions", "--steps", "--threads", "--device", "--manage-memory",
            "--memory-row"];

    public static Settings Read(string[] args)
    {
        var named = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? "");
        if (named.Keys.Except(Known).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"'{unknown}' is not an option. Options: {string.Join(", ", Known)}.");
        int Number(string name, int otherwise) => named.TryGetValue(name, out var text) ? int.Parse(text) : otherwise;
        int[] Numbers(string name, int[] otherwise) =>
            named.TryGetValue(name, out var text) ? [.. text.Split(',').Select(int.Parse)] : otherwise;
        int? row = named.TryGetValue("--memory-row", out var text) ? int.Parse(text) : null;
        return new Settings(
            row is null ? named.GetValueOrDefault("--sections", "steps,size,memory,data").Split(',') : ["memory"],
            named.GetValueOrDefault("--network"),
            Numbers("--batch", [32, 100, 1000]),
            Numbers("--draws", [1, 5, 10]),
            Number("--repetitions", 9),
            Number("--steps", 5),
            Number("--threads", Environment.ProcessorCount),
            device(named.GetValueOrDefault("--device", "cpu")),
            bool.Parse(named.GetValueOrDefault("--manage-memory", "true")),
            row);
    }

    /// <summary>The first lines of the output; none from the process of a single row.</summary>
    public void PrintMachine()
    {
        if (MemoryRow is null)
            Console.WriteLine(Machine());
    }

    public string Machine() =>
        $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {get_num_threads()} threads, on {Device}, "
        + $"{RuntimeInformation.FrameworkDescription}, TorchSharp {typeof(torch).Assembly.GetName().Version}";
}
