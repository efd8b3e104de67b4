namespace BayesGen.Tests.Package;

/// <summary>The <c>dotnet</c> that runs the tests, started once more as a user would start it.</summary>
internal static class DotnetCommand
{
    /// <summary>One process and no more: nothing may live on that would hold the output's pipe or a file of the test's folder.</summary>
    private static readonly string[] BuildArguments = ["-nologo", "-tl:off", "-m:1", "-nodeReuse:false", "-p:UseSharedCompilation=false"];

    /// <summary>Runs a command that builds, such as <c>pack</c>.</summary>
    public static CommandResult Build(string folder, params IReadOnlyList<string> arguments) =>
        Run(folder, [.. arguments, .. BuildArguments]);

    /// <summary>Runs any command and waits for its end.</summary>
    public static CommandResult Run(string folder, params IReadOnlyList<string> arguments) =>
        ShellCommand.Run(folder, [], [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", .. arguments]);
}

/// <summary>How a command ended and what it wrote.</summary>
internal sealed record CommandResult(string Command, int ExitCode, string Output)
{
    public CommandResult Succeeds()
    {
        Assert.True(ExitCode == 0, $"'{Command}' ended with {ExitCode}:\n{Output}");
        return this;
    }

    public CommandResult Fails()
    {
        Assert.True(ExitCode != 0, $"'{Command}' was expected to fail:\n{Output}");
        return this;
    }
}
