using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using BayesGen.SourceGeneration;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.Tests.Analyzers;

/// <summary>What every rule has to have.</summary>
public sealed partial class DescriptorTests
{
    private static readonly List<DiagnosticDescriptor> All =
        [.. typeof(Descriptors).GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(field => (DiagnosticDescriptor)field.GetValue(null)!)];

    [Fact]
    public void DiagnosticIdsAreUnique() => Assert.Equal(All.Count, All.Select(rule => rule.Id).Distinct().Count());

    [Fact]
    public void EveryRuleHasAPageAReleaseRowAndALinkToThePage()
    {
        var root = Root();
        var releases = string.Concat(
            File.ReadAllText(Path.Combine(root, "BayesGen.Generator", "AnalyzerReleases.Shipped.md")),
            File.ReadAllText(Path.Combine(root, "BayesGen.Generator", "AnalyzerReleases.Unshipped.md")));
        Assert.All(All, rule =>
        {
            Assert.StartsWith($"# {rule.Id}: ", File.ReadAllText(Path.Combine(root, "docs", "diagnostics", $"{rule.Id}.md")));
            Assert.Contains($"\n{rule.Id} | {rule.Category} | {rule.DefaultSeverity} | {rule.Title}", releases);
            Assert.Equal($"https://github.com/bayesgen/bayesgen/blob/main/docs/diagnostics/{rule.Id}.md", rule.HelpLinkUri);
        });
    }

    [Fact]
    public void EveryRuleIsReportedByAnAnalyzer()
    {
        var supported = typeof(BayesianNetGenerator).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(type))
            .SelectMany(type => ((DiagnosticAnalyzer)Activator.CreateInstance(type)!).SupportedDiagnostics)
            .Select(rule => rule.Id);
        Assert.Equal(All.Select(rule => rule.Id).Order(), supported.Distinct().Order());
    }

    /// <summary>A message and a span of every rule stand in a test: <c>[|BG0001:Net|]</c>.</summary>
    [Fact]
    public void EveryRuleHasATestOfItsSpan()
    {
        var tests = string.Concat(Directory
            .EnumerateFiles(Path.Combine(Root(), "BayesGen.Tests", "Analyzers"), "*Tests.cs")
            .Where(file => Path.GetFileName(file) != "DescriptorTests.cs")
            .Select(File.ReadAllText));
        var marked = Marks().Matches(tests).SelectMany(mark => mark.Groups[1].Value.Split('+')).ToHashSet();
        Assert.Equal([], All.Select(rule => rule.Id).Where(id => !marked.Contains(id)));
        Assert.Equal([], marked.Where(id => All.All(rule => rule.Id != id)));
    }

    [Fact]
    public void EveryPageAndReleaseRowBelongsToARule()
    {
        var ids = All.Select(rule => rule.Id).ToHashSet();
        var pages = Directory.EnumerateFiles(Path.Combine(Root(), "docs", "diagnostics"), "BG*.md")
            .Select(Path.GetFileNameWithoutExtension);
        var rows = File.ReadLines(Path.Combine(Root(), "BayesGen.Generator", "AnalyzerReleases.Unshipped.md"))
            .Concat(File.ReadLines(Path.Combine(Root(), "BayesGen.Generator", "AnalyzerReleases.Shipped.md")))
            .Where(line => line.StartsWith("BG", StringComparison.Ordinal))
            .Select(line => line[..6]);
        var listed = File.ReadLines(Path.Combine(Root(), "docs", "diagnostics", "README.md"))
            .Where(line => line.StartsWith("| [BG", StringComparison.Ordinal))
            .Select(line => line[3..9]);
        Assert.Equal(ids.Order(), pages.Order());
        Assert.Equal(ids.Order(), rows.Order());
        Assert.Equal(ids.Order(), listed);
    }

    [GeneratedRegex(@"\[\|(BG\d{4}(?:\+BG\d{4})*):")]
    private static partial Regex Marks();

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
