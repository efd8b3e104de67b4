using System.Runtime.CompilerServices;
using System.Text;

namespace BayesGen.Tests.Support;

/// <summary>
/// Compares generated files with snapshot files in the format of Verify.SourceGenerators, which is not in every registry: a line
/// <c>//HintName: ...</c> and the source, UTF-8 with a byte order mark, in <c>{Class}.{Method}#{hint}.verified.cs</c> beside the test.
/// </summary>
/// <remarks>To accept what came out, copy the received file over the verified one, or run with BAYESGEN_ACCEPT=1.</remarks>
internal static class Snapshot
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: true);

    public static void Verify(GeneratedNetworks networks, [CallerFilePath] string file = "", [CallerMemberName] string method = "") =>
        Verify(
            networks.Sources.Select(source => (source.HintName, source.SourceText.ToString())),
            Path.GetDirectoryName(file)!,
            $"{Path.GetFileNameWithoutExtension(file)}.{method}",
            accept: Environment.GetEnvironmentVariable("BAYESGEN_ACCEPT") == "1" && Environment.GetEnvironmentVariable("CI") is null);

    public static void Verify(IEnumerable<(string Hint, string Text)> sources, string folder, string test, bool accept = false)
    {
        var problems = new List<string>();
        var claimed = new HashSet<string>();
        foreach (var (hint, text) in sources)
        {
            var name = $"{test}#{hint[..^".cs".Length]}";
            var verified = Path.Combine(folder, name + ".verified.cs");
            claimed.Add(verified);
            var received = $"//HintName: {hint}\n{text}";
            if (received.Contains('\r'))
                problems.Add($"{name}: the generated file has a carriage return.");
            if (accept)
                File.WriteAllText(verified, received, Utf8);
            else if (FirstDifference(verified, received) is { } difference)
            {
                var path = Path.Combine(folder, name + ".received.cs");
                File.WriteAllText(path, received, Utf8);
                problems.Add($"{difference}\n  received: {path}\n  verified: {verified}");
            }
        }

        foreach (var orphan in Directory.EnumerateFiles(folder, test + "#*.verified.cs").Where(path => !claimed.Contains(path)).ToList())
        {
            if (accept)
                File.Delete(orphan);
            else
                problems.Add($"No generated file belongs to {orphan}.");
        }

        Assert.True(problems.Count == 0, string.Join("\n", problems));
    }

    private static string? FirstDifference(string verified, string received)
    {
        if (!File.Exists(verified))
            return "There is no verified file yet.";
        var expected = File.ReadAllText(verified, Utf8);
        if (expected == received)
            return null;
        var (old, @new) = (expected.Split('\n'), received.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(old.Length, @new.Length))
            .First(i => old.ElementAtOrDefault(i) != @new.ElementAtOrDefault(i));
        return $"Line {line + 1} differs:\n  - {old.ElementAtOrDefault(line)}\n  + {@new.ElementAtOrDefault(line)}";
    }
}
