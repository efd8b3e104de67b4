using System.Diagnostics;
using System.Globalization;
using BayesGen.Tests.Resilience;

namespace BayesGen.Tests;

/// <summary>The entry point of the test assembly when a test starts it as a program of its own.</summary>
internal static class SecondProcess
{
    public static int Main(string[] arguments) => arguments switch
    {
        [StateFileProcess.Argument, var path] => StateFileProcess.Run(path),
        [ReleasedFiles.Argument, var folder] => ReleasedFiles.Write(folder),
        [ResilienceProcess.Argument, var folder, var held, var bytes, var pace, var limit] =>
            ResilienceProcess.Run(folder, int.Parse(held), long.Parse(bytes), int.Parse(pace), long.Parse(limit)),
        [SharedPathProcess.Argument, var path, var outputs] => SharedPathProcess.Run(path, long.Parse(outputs)),
        [MallocTuningProcess.Argument, var work, var managesMemory] => MallocTuningProcess.Run(work, bool.Parse(managesMemory)),
        [Docs.RecipeProcess.Argument, var program, var folder] => Docs.RecipeProcess.Run(program, folder),
        [Mpi.RankProgram.Argument, var scenario, var folder] => Mpi.RankProgram.Run(scenario, folder),
        _ => throw new ArgumentException("This assembly is run by the test runner."),
    };

    /// <summary>How the assembly is started as a program, its output in the hands of the test.</summary>
    public static ProcessStartInfo With(params object[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in arguments.Prepend(typeof(SecondProcess).Assembly.Location))
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        return start;
    }

    /// <summary>Runs it to its end, which has to be a good one.</summary>
    /// <returns>What it printed.</returns>
    public static string Output(params object[] arguments)
    {
        using var process = Process.Start(With(arguments))!;
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return printed.Trim();
    }
}
