// What a Bayesian step costs, as ratios to a step of the plain network, with the same care for memory and layout and without, measured in
// turn in one process; --help lists the options:
//
//     dotnet run -c Release --project bench/Speed
using System.CommandLine;
using System.Globalization;
using BayesGen;
using BayesGen.Benchmarks.Speed;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
var command = new RootCommand("Measures what a Bayesian step costs, as ratios to a step of the plain network.");
Settings.AddTo(command, [.. Tables.Sections.Keys]);
return command.Parse(args).Invoke();
