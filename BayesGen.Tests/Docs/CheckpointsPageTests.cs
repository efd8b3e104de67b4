using System.Runtime.CompilerServices;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Docs;

/// <summary>The program of docs/checkpoints.md compiles.</summary>
public sealed class CheckpointsPageTests
{
    [Fact]
    public void TheProgramCompiles()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "checkpoints.md")).ReplaceLineEndings("\n");
        const string Fence = "```csharp\n";
        var start = page.IndexOf(Fence, StringComparison.Ordinal) + Fence.Length;
        var example = page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
        var body = example.IndexOf("using var", StringComparison.Ordinal);
        var network = example.IndexOf("public sealed class", StringComparison.Ordinal);
        Assert.True(body > 0 && network > body, "docs/checkpoints.md begins with a whole program.");

        // Top-level statements as the method that they become, in a library.
        GeneratorHarness.Run($$"""
            {{example[..body]}}

            internal static class Program
            {
                internal static int Run()
                {
            {{example[body..network]}}
                }
            }

            {{example[network..]}}
            """).Compiles();
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
