using System.Reflection;
using System.Runtime.CompilerServices;
using BayesGen.SourceGeneration;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.Tests.Analyzers;

/// <summary>What every rule has to have.</summary>
public sealed class DescriptorTests
{
    private static readonly List<DiagnosticDescriptor> All =
        [.. typeof(Descriptors).GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => (DiagnosticDescriptor)field.GetValue(null)!)];

    [Fact]
    public void NoIdIsUsedTwice() => Assert.Equal(All.Count, All.Select(rule => rule.Id).Distinct().Count());

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

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
