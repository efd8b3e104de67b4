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

    [Fact]
    public void EveryLinkLeadsToAFile()
    {
        var readme = File.ReadAllText(Path.Combine(Root(), "README.md"));
        var dead = Link().Matches(readme)
            .Select(link => link.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Root(), target)))
            .ToList();
        Assert.True(dead.Count == 0, "README.md links to what is not there: " + string.Join(", ", dead));
    }

    [GeneratedRegex("^```csharp\\s*\\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\(([^)#\s]+)[^)]*\)")]
    private static partial Regex Link();

    private static string WithoutSpace(string text) => Space().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
