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

    /// <summary>What <c>dotnet new console</c> and the package import by themselves.</summary>
    private static readonly string ImplicitUsings = PackageUsings.Source + """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>Pages with a network whose forward has no graph (BG0015), which is right there.</summary>
    private static readonly string[] WithoutGraph = ["docs/prediction.md"];

    public static TheoryData<string> Pages => [.. PathsOfPages()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task EveryExampleCompiles(string page)
    {
        // The README's is a program of its own, whose usings it shows; the pages share those of their index.
        var usings = page == "README.md" ? "" : SharedUsings();
        var lines = Read(page);
        foreach (var program in DocumentedProgram.Of(lines))
        {
            var output = GeneratorHarness.Run(Compilation(lines, program, usings)).Output;
            var errors = Errors(output);
            Assert.True(errors.Count == 0, $"{page}, line {program.Line}:\n{string.Join('\n', errors)}\n\n{program.Text}");
            var findings = (await GeneratorHarness.AnalyzeAsItIs(output))
                .Where(finding => finding.Id != "BG0015" || !WithoutGraph.Contains(page));
            Assert.Equal([], findings.Select(finding => $"{page}, line {program.Line}: {finding}"));
        }
    }

    /// <summary>
    /// What a reader meets who types a page from top to bottom, into a project that references what the page says and nothing else.
    /// </summary>
    [Theory]
    [InlineData("CS8803", "```csharp", "public record A(int B);", "```", "```csharp", "var a = new A(1);", "```")]
    [InlineData("CS1529", "```csharp", "var x = 1;", "```", "```csharp", "using System.Text;", "```")]
    [InlineData("CS0234", "```csharp", "BayesGen.Plots.ChartTheme? theme = null;", "```")]
    [InlineData("CS0246", "```csharp", "ConsoleReport? report = null;", "```")]
    public void FindsAnErrorThatHiddenLinesWouldHide(string error, params string[] page) =>
        Assert.Contains(
            error, Errors(Compilation(page, Assert.Single(DocumentedProgram.Of(page)), SharedUsings())).Select(found => found.Id));

    [Theory]
    [InlineData("```csharp file", "public record A(int B);", "```", "```csharp", "var a = new A(1);", "```")]
    [InlineData("<!-- csharp", "public record A(int B);", "-->", "```csharp", "var a = new A(1);", "```")]
    [InlineData("```csharp", "var a = new A(1);", "```", "```csharp", "public record A(int B);", "```")]
    [InlineData("<PackageReference Include=\"BayesGen.Plots\" />", "```csharp", "BayesGen.Plots.ChartTheme? theme = null;", "```")]
    [InlineData("<ProjectReference Include=\"../BayesGen.Console/BayesGen.Console.csproj\" />", "```csharp",
        "ConsoleReport? report = null;", "```")]
    public void APageThatShowsEverythingCompilesWithoutHiddenLines(params string[] page) =>
        Assert.Empty(Errors(Compilation(page, Assert.Single(DocumentedProgram.Of(page)), SharedUsings())));

    [Fact]
    public void TheGuideAndEveryConceptHaveExamples() => Assert.All(
        [
            "README.md", Index, "docs/guide.md", "docs/families-and-losses.md", "docs/estimators.md", "docs/pruning.md",
            "docs/prediction.md",
            "docs/checkpoints.md", "docs/devices.md", "docs/extending.md", "docs/reports.md", "docs/charts.md", "docs/state-files.md",
        ],
        page => Assert.NotEmpty(DocumentedProgram.Of(Read(page))));

    [Fact]
    public void TheIndexLinksToEveryPage()
    {
        var targets = Targets(Index).ToHashSet();
        Assert.All(PathsOfPages().Where(page => page is not ("README.md" or Index)),
            page => Assert.Contains(Path.GetFullPath(page, Root()), targets));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void EveryLinkLeadsToAFile(string page) =>
        Assert.Equal([], Targets(page).Where(target => !Path.Exists(target)));

    [Fact]
    public void RefusesAnUnknownKindOfBlock()
    {
        Assert.Throws<FormatException>(() => DocumentedProgram.Of(["```csharp ignore", "wrong", "```"]));
        Assert.Throws<FormatException>(() => DocumentedProgram.Of(["```cs", "wrong", "```"]));
        Assert.Throws<FormatException>(() => DocumentedProgram.Of(["```csharp", "var x = 1;"]));
    }

    [Fact]
    public void BlocksOfAPageFormOneProgramUntilAnotherBegins()
    {
        string[] page =
        [
            "```csharp", "var x = 1;", "```", "<!-- csharp", "x++;", "-->", "```csharp", "public record A(int B);", "```", "```csharp new",
            "var x = 2;", "```",
        ];
        var programs = DocumentedProgram.Of(page);
        Assert.Equal([1, 10], programs.Select(program => program.Line));
        Assert.Matches(@"^var x = 1;\s+x\+\+;\s+public record A\(int B\);$", Assert.Single(programs[0].Files));
    }

    private static CSharpCompilation Compilation(string[] page, DocumentedProgram program, string usings)
    {
        var compilation = GeneratorHarness.Compile([.. program.Files, usings, ImplicitUsings]);
        var named = string.Join('\n', page);
        Type[] packages =
        [
            .. References("BayesGen.Plots") ? (Type[])[typeof(Chart)] : [],
            .. References("BayesGen.Mpi") ? (Type[])[typeof(BayesGen.Mpi.MpiGroup)] : [],
            .. References("BayesGen.Console") ? (Type[])[typeof(ConsoleReport), typeof(IAnsiConsole)] : [],
            // Comes with BayesGen itself.
            typeof(ILogger),
        ];
        return compilation
            .RemoveSyntaxTrees(compilation.SyntaxTrees.Single(tree => tree.FilePath == "Usings.cs"))
            .AddReferences(
                packages.Select(type => type.Assembly.Location).Distinct().Select(location => MetadataReference.CreateFromFile(location)))
            .WithOptions(
                compilation.Options.WithOutputKind(
                program.HasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary));

        bool References(string package) => Regex.IsMatch(named, $@"Reference Include=""[^""]*{Regex.Escape(package)}[./""]");
    }

    private static List<Diagnostic> Errors(Compilation compilation) =>
        [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];

    private static IEnumerable<string> PathsOfPages() => Directory.GetFiles(Path.Combine(Root(), "docs"), "*.md")
        .Select(path => "docs/" + Path.GetFileName(path))
        .Order(StringComparer.Ordinal)
        .Prepend("README.md");

    private static string SharedUsings() => DocumentedProgram.Blocks(Read(Index)).First().Text;

    private static IEnumerable<string> Targets(string page) => Link().Matches(File.ReadAllText(Path.Combine(Root(), page)))
        .Select(link => link.Groups[1].Value)
        .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
        .Select(target => Path.GetFullPath(target, Path.GetDirectoryName(Path.Combine(Root(), page))!));

    private static string[] Read(string page) => File.ReadAllLines(Path.Combine(Root(), page));

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));

    [GeneratedRegex(@"\]\(([^)#\s]*)[^)]*\)")]
    private static partial Regex Link();
}
