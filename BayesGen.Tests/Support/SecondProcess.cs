namespace BayesGen.Tests;

/// <summary>The entry point of the test assembly when a test starts it as a program of its own.</summary>
internal static class SecondProcess
{
    public static int Main(string[] arguments) => arguments switch
    {
        [StateFileProcess.Argument, var path] => StateFileProcess.Run(path),
        _ => throw new ArgumentException("This assembly is run by the test runner."),
    };
}
