using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace BayesGen.Tests.Docs;

/// <summary>What the README shows is what runs.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void TheFirstExampleMatchesTheQuickstartSample()
    {
        var readme = File.ReadAllText(Path.Combine(Root(), "README.md"));
        var example = CSharpBlock().Match(readme);
        Assert.True(example.Success, "README.md has no block that begins with ```csharp.");

        var quickstart = File.ReadAllText(Path.Combine(Root(), "samples", "Quickstart", "Program.cs"));
        Assert.Equal(WithoutSpace(quickstart), WithoutSpace(example.Groups[1].Value));
    }

    [GeneratedRegex("^```csharp\\s*\\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();

    private static string WithoutSpace(string text) => Space().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
