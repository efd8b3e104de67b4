using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using BayesGen.Plots;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace BayesGen.Tests.Docs;

/// <summary>All code in the docs compiles, with the generator and without a finding of the analyzers; all links lead somewhere.</summary>
[Trait("Lane", "Slow")]
public sealed partial class ExampleTests
{
    private const string Index = "docs/README.md";

    /// <summary>What <c>dotnet new console</c> imports by itself.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    public static TheoryData<string> Pages => [.. PathsOfPages()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task EveryExampleCompiles(string page)
    {
        // The README's is a program of its own, whose usings it shows; the pages share those of their index.
        var usings = page == "README.md" ? "" : SharedUsings();
        foreach (var program in DocumentedProgram.Of(Read(page)))
        {
            var compilation = GeneratorHarness.Compile(program.Text, usings, ImplicitUsings);
            compilation = compilation
                .RemoveSyntaxTrees(compilation.SyntaxTrees.Single(tree => tree.FilePath == "Usings.cs"))
                .AddReferences(
                    new[] { typeof(Picture), typeof(ConsoleReport), typeof(ILogger), typeof(IAnsiConsole) }
                        .Select(type => type.Assembly.Location)
                        .Distinct()
                        .Select(location => MetadataReference.CreateFromFile(location)));
            var output = GeneratorHarness.Run(compilation).Output;
            var errors = output.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
            Assert.True(errors.Count == 0, $"{page}, line {program.Line}:\n{string.Join('\n', errors)}\n\n{program.Text}");
            Assert.Equal([], (await GeneratorHarness.AnalyzeAsItIs(output)).Select(finding => $"{page}, line {program.Line}: {finding}"));
        }
    }

    [Fact]
    public void TheGuideAndEveryConceptHaveExamples() => Assert.All(
        [
            "README.md", Index, "docs/guide.md", "docs/families-and-losses.md", "docs/estimators.md", "docs/pruning.md", "docs/prediction.md",
            "docs/checkpoints.md", "docs/devices.md", "docs/extending.md", "docs/reports.md", "docs/pictures.md", "docs/state-files.md",
        ],
        page => Assert.NotEmpty(DocumentedProgram.Of(Read(page))));

    [Fact]
    public void TheIndexLeadsToEveryPage()
    {
        var targets = Targets(Index).ToHashSet();
        Assert.All(PathsOfPages().Where(page => page is not ("README.md" or Index)), page => Assert.Contains(Path.GetFullPath(page, Root()), targets));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void EveryLinkLeadsSomewhere(string page) =>
        Assert.Equal([], Targets(page).Where(target => !Path.Exists(target)));

    [Fact]
    public void AnUnknownKindOfBlockIsAnError()
    {
        Assert.Throws<FormatException>(() => DocumentedProgram.Of(["```csharp ignore", "wrong", "```"]));
        Assert.Throws<FormatException>(() => DocumentedProgram.Of(["```cs", "wrong", "```"]));
        Assert.Throws<FormatException>(() => DocumentedProgram.Of(["```csharp", "var x = 1;"]));
    }

    [Fact]
    public void BlocksAreOneProgramUntilAnotherBegins()
    {
        string[] page =
        [
            "```csharp", "var x = 1;", "```", "<!-- csharp", "x++;", "-->", "```csharp", "public record A(int B);", "```", "```csharp new", "var x = 2;", "```",
        ];
        var programs = DocumentedProgram.Of(page);
        Assert.Equal([1, 10], programs.Select(program => program.Line));
        Assert.Matches(@"var x = 1;\s+x\+\+;\s+\}\s+\}\s+public record A\(int B\);", programs[0].Text);
    }

    [Fact]
    public void AProgramReturnsANumberWhereItsStatementsDo()
    {
        string Signature(params string[] lines) => DocumentedProgram.Of(["```csharp", .. lines, "```"]).Single().Text
            .Split('\n').Single(line => line.Contains(" Run()", StringComparison.Ordinal)).Trim();

        Assert.Equal("internal static async System.Threading.Tasks.Task<int> Run()", Signature("if (true) { return 1; }", "return 0;"));
        Assert.Equal("internal static async System.Threading.Tasks.Task Run()", Signature("return;"));
        Assert.Equal("internal static async System.Threading.Tasks.Task Run()", Signature("var f = () => { return 1; };", "int G() { return 2; }"));
    }

    private static IEnumerable<string> PathsOfPages() => Directory.GetFiles(Path.Combine(Root(), "docs"), "*.md")
        .Select(path => "docs/" + Path.GetFileName(path))
        .Order(StringComparer.Ordinal)
        .Prepend("README.md");

    private static string SharedUsings()
    {
        var block = DocumentedProgram.Blocks(Read(Index)).First().Text;
        return Directive().Replace(block, "global using ");
    }

    private static IEnumerable<string> Targets(string page) => Link().Matches(File.ReadAllText(Path.Combine(Root(), page)))
        .Select(link => link.Groups[1].Value)
        .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
        .Select(target => Path.GetFullPath(target, Path.GetDirectoryName(Path.Combine(Root(), page))!));

    private static string[] Read(string page) => File.ReadAllLines(Path.Combine(Root(), page));

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));

    [GeneratedRegex(@"\]\(([^)#\s]*)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex("^using ", RegexOptions.Multiline)]
    private static partial Regex Directive();
}
