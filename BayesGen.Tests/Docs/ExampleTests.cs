using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;

namespace BayesGen.Tests.Docs;

/// <summary>All code in the docs compiles, with the generator and without a finding of the analyzers.</summary>
[Trait("Lane", "Slow")]
public sealed class ExampleTests
{
    /// <summary>Pages with a network whose forward has no graph (BG0015), which is right there.</summary>
    private static readonly string[] WithoutGraph = ["docs/prediction.md"];

    public static TheoryData<string> Pages => [.. DocumentedPages.Guides];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task EveryExampleCompiles(string page)
    {
        // The README's is a program of its own, whose usings it shows; the pages share those of their index.
        var usings = page == "README.md" ? "" : DocumentedCompilation.SharedUsings;
        var lines = DocumentedPages.Read(page);
        foreach (var program in DocumentedProgram.Of(lines))
        {
            var output = GeneratorHarness.Run(DocumentedCompilation.Of(lines, program, usings)).Output;
            var errors = DocumentedCompilation.Errors(output);
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
            error, ErrorsOf(page).Select(found => found.Id));

    [Theory]
    [InlineData("```csharp file", "public record A(int B);", "```", "```csharp", "var a = new A(1);", "```")]
    [InlineData("<!-- csharp", "public record A(int B);", "-->", "```csharp", "var a = new A(1);", "```")]
    [InlineData("```csharp", "var a = new A(1);", "```", "```csharp", "public record A(int B);", "```")]
    [InlineData("<PackageReference Include=\"BayesGen.Plots\" />", "```csharp", "BayesGen.Plots.ChartTheme? theme = null;", "```")]
    [InlineData("<ProjectReference Include=\"../BayesGen.Console/BayesGen.Console.csproj\" />", "```csharp",
        "ConsoleReport? report = null;", "```")]
    public void APageThatShowsEverythingCompilesWithoutHiddenLines(params string[] page) =>
        Assert.Empty(ErrorsOf(page));

    [Fact]
    public void TheGuideAndEveryConceptHaveExamples() => Assert.All(
        [
            "README.md", DocumentedPages.Index, "docs/guide.md", "docs/cookbook.md", "docs/choosing.md", "docs/from-pytorch.md",
            "docs/families-and-losses.md", "docs/estimators.md", "docs/pruning.md",
            "docs/prediction.md",
            "docs/checkpoints.md", "docs/devices.md", "docs/extending.md", "docs/reports.md", "docs/charts.md", "docs/state-files.md",
        ],
        page => Assert.NotEmpty(DocumentedProgram.Of(DocumentedPages.Read(page))));

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

    private static List<Diagnostic> ErrorsOf(string[] page) => DocumentedCompilation.Errors(
        DocumentedCompilation.Of(page, Assert.Single(DocumentedProgram.Of(page)), DocumentedCompilation.SharedUsings));
}
