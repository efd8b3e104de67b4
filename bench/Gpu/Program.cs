// What the bundle of bench/gpu.sh runs on a machine with a GPU and the libraries of a Python PyTorch:
//
//     symbols --torch FOLDER         whether the libraries in the folder have what TorchSharp's library asks for
//     check [--device cuda|cpu] [--draws N]    whether the device and the CPU agree; N draws for means and variances (2000)
//     speed [options of bench/Speed]           its table of steps, or the sections that are named
using System.Globalization;
using BayesGen;
using BayesGen.Benchmarks.Gpu;
using BayesGen.Benchmarks.Speed;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.SleepWhenIdle();
switch (args)
{
    case ["symbols", "--torch", var folder]:
        return SymbolReport.Print(folder);
    case ["check", .. var rest]:
        return DeviceCheck.Run(CheckOptions.Read(rest));
    case ["speed", .. var rest]:
        var settings = Settings.Read(rest.Contains("--sections") ? rest : ["--sections", "steps", .. rest]);
        set_num_threads(settings.Threads);
        settings.PrintMachine();
        foreach (var section in settings.Sections)
        {
            Action<Settings> print = section switch
            {
                "steps" => StepTable.Print,
                "size" => SizeTable.Print,
                "memory" => MemoryTable.Print,
                "data" => DataTable.Print,
                _ => throw new ArgumentException($"'{section}' is not a section: steps, size, memory or data."),
            };
            print(settings);
        }

        return 0;
    default:
        Console.Error.WriteLine("Commands: symbols --torch FOLDER; check [--device cuda|cpu] [--draws N]; speed [options of bench/Speed].");
        return 2;
}
