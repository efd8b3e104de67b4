using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>What people see who open a generated file, for every snapshot.</summary>
public sealed class GeneratorReadableOutputTests
{
    private static readonly string[] Regions =
    [
        "The network", "Which layer has which posterior", "Forward", "Trainer", "Posterior and prior maps", "State keys",
    ];

    private static readonly List<(string Name, CompilationUnitSyntax Root)> Snapshots = [.. Directory
        .EnumerateFiles(Folder(), "GeneratorSnapshotTests.*.verified.cs")
        .Select(path => (Path.GetFileName(path), CSharpSyntaxTree.ParseText(
            File.ReadAllText(path), new CSharpParseOptions(documentationMode: DocumentationMode.Diagnose)).GetCompilationUnitRoot()))];

    [Fact]
    public void SnapshotsCoverAtLeastADozenNetworks() => Assert.True(Snapshots.Count >= 12, $"There are {Snapshots.Count} snapshots.");

    [Fact]
    public void RegionsKeepOneOrder() => Assert.All(Snapshots, snapshot =>
    {
        var found = snapshot.Root.DescendantTrivia()
            .Where(trivia => trivia.IsKind(SyntaxKind.RegionDirectiveTrivia))
            .Select(trivia => trivia.ToString()["#region ".Length..])
            .ToList();
        // An abstract class says what it is for those that derive from it.
        string[] absent = found.Contains("The network") ? [] : ["The network", "Forward", "Trainer"];
        // The graph of forward has a file of its own and is all of it.
        Assert.Equal(IsGraph(snapshot.Name) ? [] : Regions.Except(absent), found);
    });

    [Fact]
    public void EveryPublicMemberIsDocumented() => Assert.All(Snapshots, snapshot =>
    {
        var members = snapshot.Root.DescendantNodes().OfType<MemberDeclarationSyntax>()
            .Where(member => member.Modifiers.Any(SyntaxKind.PublicKeyword) || member.Modifiers.Any(SyntaxKind.ProtectedKeyword)
                || member.Modifiers.Any(SyntaxKind.InternalKeyword))
            .ToList();
        Assert.True(IsGraph(snapshot.Name) || members.Count > 10);
        Assert.All(members, member => Assert.True(
            member.GetLeadingTrivia().Any(trivia => trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia)),
            $"{snapshot.Name}: no doc comment on {member.ToString().Split('\n')[0]}"));
    });

    /// <summary>Outside of comments every type is named from the root, so that nothing of the user's can come between.</summary>
    [Fact]
    public void TypeNamesAreFullyQualified() => Assert.All(Snapshots, snapshot => Assert.DoesNotContain(
        snapshot.Root.DescendantNodes().OfType<QualifiedNameSyntax>()
            .Where(name => name.Parent is not (QualifiedNameSyntax or BaseNamespaceDeclarationSyntax)),
        name => !name.ToString().StartsWith("global::", StringComparison.Ordinal)
            && !name.ToString().StartsWith("Bayesian", StringComparison.Ordinal)));

    private static bool IsGraph(string name) => name.EndsWith(".Graph.g.verified.cs", StringComparison.Ordinal);

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
