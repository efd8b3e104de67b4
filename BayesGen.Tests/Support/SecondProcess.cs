using BayesGen.Tests.Survival;

namespace BayesGen.Tests;

/// <summary>The entry point of the test assembly when a test starts it as a program of its own.</summary>
internal static class SecondProcess
{
    public static int Main(string[] arguments) => arguments switch
    {
        [StateFileProcess.Argument, var path] => StateFileProcess.Run(path),
        [SurvivalProcess.Argument, var folder, var held, var bytes, var pace, var limit] =>
            SurvivalProcess.Run(folder, int.Parse(held), long.Parse(bytes), int.Parse(pace), long.Parse(limit)),
        [ProcessMemoryProcess.Argument, var work, var managesMemory] => ProcessMemoryProcess.Run(work, bool.Parse(managesMemory)),
        _ => throw new ArgumentException("This assembly is run by the test runner."),
    };
}
