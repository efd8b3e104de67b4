using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>The step of every network in every variant.</summary>
internal static class StepTable
{
    public static void Print(Settings settings)
    {
        foreach (var part in Case.All.Where(part => settings.Network is null || part.Name == settings.Network))
            foreach (var size in settings.Batches)
                Print(part, size, settings);
    }

    private static void Print(Case part, int size, Settings settings)
    {
        using var scope = NewDisposeScope();
        // Long steps need fewer of them for a steady time.
        var steps = size >= 1000 ? Math.Max(1, settings.Steps / 5) : settings.Steps;
        var batches = Medians.Batches(size, steps, settings.Device);
        var variants = part.Variants(settings.Device, 60_000, settings.Draws, settings.ManageMemory);
        var rounds = Medians.Rounds(variants, batches, settings.Repetitions);
        Console.WriteLine();
        Console.WriteLine(
            $"| {part.Name}, batch {size} | ms a step | times plain, same care | times plain, untouched | times as fast as per tensor |");
        Console.WriteLine("|---|---|---|---|---|");
        for (var i = 0; i < variants.Count; i++)
        {
            var baseline = variants.FindIndex(variant => variant.Name == variants[i].Baseline);
            var faster = baseline < 0 ? "" : $"{Medians.Ratio(rounds, baseline, i):F2}";
            Console.WriteLine($"| {variants[i].Name} | {Medians.Milliseconds(rounds, i):F2} | {Medians.Ratio(rounds, i, 0):F2} | "
                + $"{Medians.Ratio(rounds, i, 1):F2} | {faster} |");
        }

        Console.WriteLine("Same care: images with the channels last, one flat tensor of weights under FlatAdam. Untouched: images as they come, Adam over parameters().");

        foreach (var variant in variants)
            variant.Dispose();
    }
}
