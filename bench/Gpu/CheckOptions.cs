using System.CommandLine;
using BayesGen.CommandLines;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>What to check.</summary>
/// <param name="Device">The device that is held against the CPU; the CPU itself for a trial of the checks.</param>
/// <param name="Draws">The number of draws that means and variances are taken from.</param>
internal sealed record CheckOptions(Device Device, int Draws)
{
    /// <summary>Gives a command the options, and lets it run the checks.</summary>
    public static void AddTo(Command command)
    {
        var where = CheckedOption.Text("--device", "cuda|cpu", "The device to check; cpu is a trial of the checks.");
        where.DefaultValueFactory = _ => "cuda";
        var draws = CheckedOption.Number(
            "--draws", "N", "Samples that means and variances are taken from.", least: 1, otherwise: 2000);
        command.Options.Add(where);
        command.Options.Add(draws);
        command.SetAction(given => DeviceCheck.Run(Of(given.GetValue(where)!, given.GetValue(draws))));
    }

    private static CheckOptions Of(string name, int draws) =>
        name.StartsWith("cuda", StringComparison.Ordinal) && !cuda.is_available()
            ? throw new InvalidOperationException("Torch finds no CUDA device, or the libraries that were loaded are for the CPU alone.")
            : new CheckOptions(device(name), draws);
}
