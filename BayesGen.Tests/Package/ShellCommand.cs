using System.Diagnostics;

namespace BayesGen.Tests.Package;

/// <summary>A program started as a user would start it.</summary>
internal static class ShellCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program and waits for its end.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="environment">Variables on top of those of the tests.</param>
    /// <param name="command">The program and its arguments.</param>
    public static CommandResult Run(string folder, Dictionary<string, string> environment, params IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ForgetTheOuterBuild(start.Environment);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var text = string.Join(' ', command);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{text}' took more than {Patience.TotalMinutes} minutes.");
        }

        return new CommandResult(text, process.ExitCode, output.Result + errors.Result);
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
