using System.Collections.Immutable;
using System.Globalization;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit.Abstractions;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>
/// Whatever the source, broken ones included: the generator never throws, what it writes always parses, compiles whenever the source
/// does, and is the same the second time.
/// </summary>
/// <remarks>BAYESGEN_RANDOM_SOURCES sets the number of sources of each kind, BAYESGEN_RANDOM_START the first seed.</remarks>
[Trait("Lane", "Slow")]
public sealed class GeneratorRandomSourceTests(ITestOutputHelper output)
{
    private const int Together = 16;

    private static readonly int Count = Setting("BAYESGEN_RANDOM_SOURCES", 160);

    private static readonly int Start = Setting("BAYESGEN_RANDOM_START", 0);

    // With nothing in it, so that every network is held against it.
    private static readonly FileBeside State = new("/project/BayesGen.State.txt", "");

    private static readonly CSharpCompilation Empty = WithReferencesBound(GeneratorHarness.Compile());

    [Fact]
    public async Task RandomSourcesGiveCodeThatCompiles()
    {
        var (compiling, written) = (0, 0);
        foreach (var seeds in Enumerable.Range(Start, Count).Chunk(Together))
        {
            var results = Check([.. seeds.Select(seed => ($"{seed}.cs", new NetworkGrammar(seed).File()))]);
            // One file that does not compile would excuse all.
            if (!results.InputCompiles)
                foreach (var seed in seeds)
                    Add(Check([($"{seed}.cs", new NetworkGrammar(seed).File())]));
            else
                Add(results, seeds.Length);
            // The rules are about the same sources and throw as little.
            await GeneratorHarness.AnalyzeAsItIs(results.Output, State);
        }

        output.WriteLine($"{Count} random sources: {compiling} compile, {written} files written.");
        Assert.True(compiling > Count * 0.7, $"Only {compiling} of {Count} sources compile: the grammar tests little.");
        Assert.True(written > Count, $"Only {written} files for {Count} sources: the grammar tests little.");

        void Add(Checked results, int sources = 1)
        {
            compiling += results.InputCompiles ? sources : 0;
            written += results.Files;
        }
    }

    [Fact]
    public async Task MutatedSourcesGiveCodeThatParsesAndCompilesIfTheyDo()
    {
        var (compiling, written) = (0, 0);
        foreach (var seed in Enumerable.Range(Start, Count))
        {
            var source = SourceMutation.Mutate(new NetworkGrammar(seed).File(), seed);
            var results = Check([($"{seed}.cs", source)]);
            compiling += results.InputCompiles ? 1 : 0;
            written += results.Files;
            if (seed % 8 == 0)
                await GeneratorHarness.AnalyzeAsItIs(results.Output, State);
        }

        output.WriteLine($"{Count} mutated sources: {compiling} compile, {written} files written.");
        Assert.True(written > Count / 2, $"Only {written} files for {Count} sources: the mutations leave nothing to generate.");
    }

    [Fact]
    public void ASeedGivesTheSameSource()
    {
        Assert.Equal(new NetworkGrammar(7).File(), new NetworkGrammar(7).File());
        Assert.NotEqual(new NetworkGrammar(7).File().Replace("N7", ""), new NetworkGrammar(8).File().Replace("N8", ""));
        Assert.Equal(SourceMutation.Mutate(TestSources.Classifier, 7), SourceMutation.Mutate(TestSources.Classifier, 7));
    }

    private static Checked Check(IReadOnlyList<(string Path, string Text)> sources)
    {
        var input = Parsed(sources);
        var compiles = !input.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        var (compilation, files) = Generate(input);
        var (_, again) = Generate(Parsed(sources));

        Fact(
            files.Select(file => (file.HintName, file.SourceText.ToString()))
                .SequenceEqual(again.Select(file => (file.HintName, file.SourceText.ToString()))),
            "two runs differ");
        var complaints = files.SelectMany(file => file.SyntaxTree.GetDiagnostics()).ToList();
        if (compiles)
        {
            var generated = files.Select(file => file.SyntaxTree).ToHashSet();
            complaints.AddRange(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error
                || (diagnostic.Severity == DiagnosticSeverity.Warning && generated.Contains(diagnostic.Location.SourceTree!))));
        }

        Fact(complaints.Count == 0, string.Join("\n", complaints.Take(5).Select(complaint => $"{complaint}: {LineOf(complaint)}")));
        return new Checked(compiles, files.Length, compilation);

        void Fact(bool holds, string otherwise)
        {
            if (!holds)
                Assert.Fail($"{otherwise}\n\n{string.Join("\n\n", sources.Select(source => $"// {source.Path}\n{source.Text}"))}");
        }

        (CSharpCompilation Output, ImmutableArray<GeneratedSourceResult> Files) Generate(CSharpCompilation compilation)
        {
            var driver = GeneratorHarness.Driver().RunGeneratorsAndUpdateCompilation(compilation, out var result, out _);
            var run = driver.GetRunResult().Results.Single();
            Fact(run.Exception is null, $"{run.Exception}");
            return ((CSharpCompilation)result, run.GeneratedSources);
        }
    }

    private static string LineOf(Diagnostic complaint) => complaint.Location.SourceTree is { } tree
        ? tree.GetText().Lines.GetLineFromPosition(complaint.Location.SourceSpan.Start).ToString().Trim()
        : "";

    private static CSharpCompilation Parsed(IReadOnlyList<(string Path, string Text)> sources) =>
        Empty.AddSyntaxTrees(sources.Select(source => GeneratorHarness.Parse(source.Text, source.Path)));

    /// <summary>Compilations that come from one share what it knows of the references, once it has looked.</summary>
    private static CSharpCompilation WithReferencesBound(CSharpCompilation compilation)
    {
        Assert.NotNull(compilation.GetTypeByMetadataName("TorchSharp.torch"));
        return compilation;
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    private sealed record Checked(bool InputCompiles, int Files, CSharpCompilation Output);
}
