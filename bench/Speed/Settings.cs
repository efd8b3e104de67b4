using System.CommandLine;
using System.Runtime.InteropServices;
using BayesGen.CommandLines;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>What to measure, and how long.</summary>
internal sealed record Settings(
    IReadOnlyList<string> Sections, string? Network, IReadOnlyList<int> Batches, IReadOnlyList<int> Draws, int Repetitions, int Steps,
    int Threads, Device Device, bool ManageMemory, int? MemoryRow,
    string? DataDirectory)
{
    /// <summary>Gives a command the options, and lets it print the tables that are asked for.</summary>
    /// <param name="command">The command.</param>
    /// <param name="otherwise">The sections that are printed where none is named.</param>
    public static void AddTo(Command command, IReadOnlyList<string> otherwise)
    {
        var sections = CheckedOption.Words(
            "--sections", "The tables: steps, size, memory, data, compact.", [.. Tables.Sections.Keys], otherwise);
        var network = CheckedOption.Text("--network", "NAME", "One network of the table of steps; without it all of them.");
        var batches = CheckedOption.Numbers("--batch", "LIST", "Examples in a step.", least: 1, [32, 100, 1000]);
        var draws = CheckedOption.Numbers("--draws", "LIST", "Samples of the weights in a step.", least: 1, [1, 5, 10]);
        var repetitions = CheckedOption.Number("--repetitions", "N", "Measurements, of which the median counts.", least: 1, otherwise: 9);
        var steps = CheckedOption.Number("--steps", "N", "Steps in a measurement.", least: 1, otherwise: 5);
        var threads = CheckedOption.Number("--threads", "N", "Threads of Torch.", least: 1, Environment.ProcessorCount);
        var where = CheckedOption.Text("--device", "cpu|cuda", "Where to compute.");
        where.DefaultValueFactory = _ => "cpu";
        var manageMemory = new Option<bool>("--manage-memory")
        {
            Description = "Whether the allocator of the process is tuned; false leaves it as it is, for every variant.",
            DefaultValueFactory = _ => true,
        };
        var row = CheckedOption.OptionalNumber(
            "--memory-row", "I", "What the memory table starts for each of its rows: a process with that training alone.", least: 0);
        row.Hidden = true;
        var data = CheckedOption.Text("--data-dir", "DIR", "The folder with MNIST, for rounded weights in the table compact.");
        foreach (var option in (Option[])[data, sections, network, batches, draws, repetitions, steps, threads, where, manageMemory, row])
            command.Options.Add(option);
        command.SetAction(given => Tables.Print(new Settings(
            given.GetValue(row) is null ? given.GetValue(sections)! : ["memory"],
            given.GetValue(network),
            given.GetValue(batches)!,
            given.GetValue(draws)!,
            given.GetValue(repetitions),
            given.GetValue(steps),
            given.GetValue(threads),
            device(given.GetValue(where)!),
            given.GetValue(manageMemory),
            given.GetValue(row),
            given.GetValue(data))));
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
