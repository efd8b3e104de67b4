// What the bundle of bench/gpu.sh runs on a machine with a GPU and the libraries of a Python PyTorch:
//
//     symbols --torch FOLDER         whether the libraries in the folder have what TorchSharp's library asks for
//     check [--device cuda|cpu] [--draws N]    whether the device and the CPU agree; N draws for means and variances (2000)
//     speed [options of bench/Speed]           its table of steps, or the sections that are named
using System.CommandLine;
using System.Globalization;
using BayesGen;
using BayesGen.Benchmarks.Gpu;
using BayesGen.Benchmarks.Speed;
using BayesGen.CommandLines;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();

var folder = CheckedOption.Text("--torch", "FOLDER", "The folder of PyTorch's libraries.");
folder.Required = true;
var symbols = new Command("symbols", "Tells whether the libraries of a PyTorch have what TorchSharp's library asks for.") { folder };
symbols.SetAction(given => SymbolReport.Print(given.GetValue(folder)!));

var check = new Command("check", "Tells whether a device and the CPU agree.");
CheckOptions.AddTo(check);

var speed = new Command("speed", "Prints the tables of bench/Speed; that of steps where none is named.");
Settings.AddTo(speed, ["steps"]);

return new RootCommand("Checks and measures BayesGen with the libraries of a Python PyTorch.") { symbols, check, speed }
    .Parse(args).Invoke();
