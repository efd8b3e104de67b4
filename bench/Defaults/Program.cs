// What somebody gets who tunes nothing: small tables, a short series, a few images, networks that are trained as plain ones first, and IVON
// beside Adam.
//
//     dotnet run -c Release --project bench/Defaults -- [--data-dir path/to/uci] [--epochs N] [--seeds 3] [--only NAME]
using System.CommandLine;
using BayesGen.Benchmarks.Defaults;
using BayesGen.CommandLines;

ComputeThreads.UsePassiveWait();
var directory = CheckedOption.Text("--data-dir", "DIR", "The folder of the UCI tables; without it they are left out.");
var epochs = new Option<int?>("--epochs") { Description = "Passes over the data; the library's own choice where nothing is said." };
var seeds = new Option<int>("--seeds") { Description = "How many seeds.", DefaultValueFactory = _ => 3 };
var only = CheckedOption.Text("--only", "NAME", "Only tasks whose names begin so.");
var command = new RootCommand("What the defaults give on small data and on networks that are trained already.")
{
    directory, epochs, seeds, only,
};
command.SetAction(given =>
{
    var tasks = Small.Tables(given.GetValue(directory), given.GetValue(epochs))
        .Concat(Small.All(given.GetValue(epochs)))
        .Concat(Deep.All(given.GetValue(epochs)))
        .Concat(Rivals.All(given.GetValue(directory)));
    foreach (var task in tasks.Where(task => task.Name.StartsWith(given.GetValue(only) ?? "", StringComparison.Ordinal)))
        for (var seed = 1; seed <= given.GetValue(seeds); seed++)
            Console.WriteLine($"{task.Name,-24} seed {seed}  {task.Run(seed)}");
});
return command.Parse(args).Invoke();
