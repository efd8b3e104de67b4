using System.CommandLine;

namespace BayesGen.Tests.Samples;

/// <summary>Asks a sample's command line without running the sample.</summary>
internal static class CommandLine
{
    /// <summary>What the arguments ask for; fails where they are refused.</summary>
    public static TOptions Read<TOptions>(Func<Func<TOptions, int>, RootCommand> command, params string[] args)
        where TOptions : class
    {
        Assert.Empty(Errors(command, args));
        TOptions? options = null;
        var exitCode = command(given =>
        {
            options = given;
            return 7;
        }).Parse(args).Invoke();
        Assert.Equal(7, exitCode);
        return options!;
    }

    /// <summary>What is wrong with the arguments.</summary>
    public static IEnumerable<string> Errors<TOptions>(Func<Func<TOptions, int>, RootCommand> command, params string[] args) =>
        command(_ => 0).Parse(args).Errors.Select(error => error.Message);

    /// <summary>What is written instead of a run.</summary>
    public static string Output<TOptions>(Func<Func<TOptions, int>, RootCommand> command, params string[] args)
    {
        using var output = new StringWriter();
        command(_ => throw new InvalidOperationException("The sample ran.")).Parse(args)
            .Invoke(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false });
        return output.ToString();
    }
}
