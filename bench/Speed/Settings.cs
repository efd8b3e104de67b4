using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>What to measure, and how long.</summary>
internal sealed record Settings(
    IReadOnlyList<string> Sections, string? Network, IReadOnlyList<int> Batches, IReadOnlyList<int> Draws, int Repetitions, int Steps, int Threads,
    Device Device, bool ManageMemory)
{
    private static readonly string[] Known =
        ["--sections", "--network", "--batch", "--draws", "--repetitions", "--steps", "--threads", "--device", "--manage-memory"];

    public static Settings Read(string[] args)
    {
        var named = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? "");
        if (named.Keys.Except(Known).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"'{unknown}' is no option. Options: {string.Join(", ", Known)}.");
        int Number(string name, int otherwise) => named.TryGetValue(name, out var text) ? int.Parse(text) : otherwise;
        int[] Numbers(string name, int[] otherwise) =>
            named.TryGetValue(name, out var text) ? [.. text.Split(',').Select(int.Parse)] : otherwise;
        return new Settings(
            named.GetValueOrDefault("--sections", "steps,size,memory,data").Split(','),
            named.GetValueOrDefault("--network"),
            Numbers("--batch", [32, 100, 1000]),
            Numbers("--draws", [1, 5, 10]),
            Number("--repetitions", 9),
            Number("--steps", 5),
            Number("--threads", Environment.ProcessorCount),
            device(named.GetValueOrDefault("--device", "cpu")),
            bool.Parse(named.GetValueOrDefault("--manage-memory", "true")));
    }

    public string Machine() =>
        $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {get_num_threads()} threads, on {Device}, "
        + $"{RuntimeInformation.FrameworkDescription}, TorchSharp {typeof(torch).Assembly.GetName().Version}";
}
