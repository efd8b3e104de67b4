using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>The sections of the output.</summary>
internal static class Tables
{
    /// <summary>Each section by its name on the command line.</summary>
    public static IReadOnlyDictionary<string, Action<Settings>> Sections { get; } = new Dictionary<string, Action<Settings>>
    {
        ["steps"] = StepTable.Print,
        ["size"] = SizeTable.Print,
        ["memory"] = MemoryTable.Print,
        ["data"] = DataTable.Print,
        ["compact"] = CompactTable.Print,
    };

    /// <summary>Prints the sections that are asked for.</summary>
    public static void Print(Settings settings)
    {
        set_num_threads(settings.Threads);
        settings.PrintMachine();
        foreach (var section in settings.Sections)
            Sections[section](settings);
    }
}
