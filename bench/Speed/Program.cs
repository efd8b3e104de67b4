// What a Bayesian step costs, as ratios to a step of the plain network, with the same care for memory and layout and without, measured in
// turn in one process:
//
//     dotnet run -c Release --project bench/Speed
//
// options: --sections steps,size,memory,data (all), --network NAME, --batch 32,100,1000, --draws 1,5,10, --repetitions R, --steps S,
// --threads T, --device cpu|cuda, --manage-memory true|false (false leaves the allocator of the process as it is, for every variant),
// --memory-row I (what the memory section starts for each of its rows: a process with that training alone).
using System.Globalization;
using BayesGen;
using BayesGen.Benchmarks.Speed;
using TorchSharp;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.SleepWhenIdle();
var settings = Settings.Read(args);
set_num_threads(settings.Threads);
settings.PrintMachine();
foreach (var section in settings.Sections)
    switch (section)
    {
        case "steps":
            StepTable.Print(settings);
            break;
        case "size":
            SizeTable.Print(settings);
            break;
        case "memory":
            MemoryTable.Print(settings);
            break;
        case "data":
            DataTable.Print(settings);
            break;
        default:
            throw new ArgumentException($"'{section}' is no section: steps, size, memory or data.");
    }
