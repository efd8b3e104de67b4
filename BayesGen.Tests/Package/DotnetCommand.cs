using System.Diagnostics;

namespace BayesGen.Tests.Package;

/// <summary>The <c>dotnet</c> that runs the tests, started once more as a user would start it.</summary>
internal static class DotnetCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>One process and no more: nothing may live on that would hold the output's pipe or a file of the test's folder.</summary>
    private static readonly string[] BuildArguments = ["-nologo", "-tl:off", "-m:1", "-nodeReuse:false", "-p:UseSharedCompilation=false"];

    /// <summary>Runs a command that builds, such as <c>pack</c>.</summary>
    public static CommandResult Build(string folder, params IReadOnlyList<string> arguments) =>
        Run(folder, [.. arguments, .. BuildArguments]);

    /// <summary>Runs any command and waits for its end.</summary>
    public static CommandResult Run(string folder, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ForgetTheOuterBuild(start.Environment);

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'dotnet {string.Join(' ', arguments)}' took more than {Patience.TotalMinutes} minutes.");
        }

        return new CommandResult($"dotnet {string.Join(' ', arguments)}", process.ExitCode, output.Result + errors.Result);
    }

    /// <summary>The tests run inside a build, whose settings would lead an inner one to the outer one's tools and files.</summary>
    private static void ForgetTheOuterBuild(IDictionary<string, string?> environment)
    {
        string[] prefixes = ["MSBUILD", "VSTEST"];
        foreach (var name in environment.Keys.ToList())
        {
            if (prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
                environment.Remove(name);
        }

        environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        environment["DOTNET_NOLOGO"] = "1";
    }
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
