using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>What to check.</summary>
/// <param name="Device">The device that is held against the CPU; the CPU itself for a trial of the checks.</param>
/// <param name="Draws">The number of draws that means and variances are taken from.</param>
internal sealed record CheckOptions(Device Device, int Draws)
{
    private static readonly string[] Known = ["--device", "--draws"];

    public static CheckOptions Read(string[] args)
    {
        var named = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? "");
        if (named.Keys.Except(Known).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"'{unknown}' is not an option. Options: {string.Join(", ", Known)}.");
        var name = named.GetValueOrDefault("--device", "cuda");
        if (name.StartsWith("cuda", StringComparison.Ordinal) && !cuda.is_available())
            throw new InvalidOperationException("Torch finds no CUDA device, or the libraries that were loaded are for the CPU alone.");
        return new CheckOptions(device(name), int.Parse(named.GetValueOrDefault("--draws", "2000")));
    }
}
