using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace BayesGen.Tests.Mpi;

/// <summary>The test assembly as the program of several ranks, started by the mpirun of this machine.</summary>
internal static class MpiJob
{
    /// <summary>Far longer than any of them takes, and shorter than a build waits: a job that hangs is a fault that is named.</summary>
    private const int LimitSeconds = 240;

    public static string? Launcher { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "mpirun"))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs a scenario of <see cref="RankProgram"/> on some ranks.</summary>
    public static Outcome Run(int ranks, string scenario, string folder = "-") => Run(
        Launcher!, ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", Written(ranks), "dotnet",
            typeof(MpiJob).Assembly.Location, RankProgram.Argument, scenario, folder], []);

    /// <summary>Runs it as a program that nobody launched.</summary>
    public static Outcome RunAlone(string scenario, params (string Name, string Value)[] variables) => Run(
        "dotnet", [typeof(MpiJob).Assembly.Location, RankProgram.Argument, scenario, "-"], variables);

    private static Outcome Run(string program, IEnumerable<string> arguments, (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["OMP_NUM_THREADS"] = "1";

        // mpirun gives its ranks a terminal, and .NET would greet it with control characters.
        start.Environment["TERM"] = "dumb";

        // A crash of a rank is told by the test; a dump of it would take seconds and a gigabyte.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var text = new StringBuilder();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var hasEnded = process.WaitForExit(TimeSpan.FromSeconds(LimitSeconds));
        if (!hasEnded)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Assert.True(hasEnded, $"The job did not end in {LimitSeconds} s:\n{text}");
        return new Outcome(process.ExitCode, text.ToString());

        void Add(string? line)
        {
            lock (text)
                text.Append(line is null ? "" : line.Replace("\u001b[?1h", "").Replace("\u001b=", "").TrimEnd('\r') + "\n");
        }
    }

    private static string Written(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>How a job ended, and what its ranks wrote.</summary>
    public sealed record Outcome(int ExitCode, string Text)
    {
        /// <summary>The job went well.</summary>
        public Outcome Succeeds()
        {
            Assert.True(ExitCode == 0, Text);
            return this;
        }

        /// <summary>The job failed, and said why.</summary>
        public void FailsBy(params string[] sentences)
        {
            Assert.True(ExitCode != 0, Text);
            foreach (var sentence in sentences)
                Assert.Contains(sentence, Text);
        }

        /// <summary>The lines that begin so.</summary>
        public string[] Lines(string start) =>
            [.. Text.Split('\n')
                .Where(line => line.StartsWith(start, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)];
    }
}

/// <summary>A test that starts several processes by mpirun; where there is none it says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MpiFactAttribute : FactAttribute
{
    public MpiFactAttribute()
    {
        if (MpiJob.Launcher is null)
            Skip = "There is no mpirun on this machine, so that no job of several processes was tested. Install one: apt-get install openmpi-bin.";
    }
}
