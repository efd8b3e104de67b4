using System.Collections.Immutable;
using Basic.Reference.Assemblies;
using BayesGen.SourceGeneration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace BayesGen.Tests.Support;

/// <summary>Compiles sources in memory against the runtime and TorchSharp, and runs the generator and analyzers on them.</summary>
internal static class GeneratorHarness
{
    private static readonly string Usings = PackageUsings.Source + """
        global using System;
        global using TorchSharp;
        global using TorchSharp.Modules;
        global using static BayesGen.Family;
        global using static TorchSharp.torch;
        global using static TorchSharp.torch.nn;
        """;

    // Properties with the keyword 'field' are a preview in this Roslyn; projects of today have them.
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Preview, DocumentationMode.Diagnose);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. Net100.References.All,
        MetadataReference.CreateFromFile(typeof(Tensor).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(NetworkPlan).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(SyntheticDigits).Assembly.Location),
    ];

    // What is the same in every test, so that the references are read and bound once.
    private static readonly CSharpCompilation Common = CSharpCompilation.Create(
        "Networks",
        [Parse(Usings, "Usings.cs")],
        References,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));

    private static readonly ImmutableArray<Type> AnalyzerTypes =
    [
        .. typeof(BayesianNetGenerator).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(type)),
    ];

    static GeneratorHarness() => _ = Common.GetSpecialType(SpecialType.System_Object);

    /// <summary>The same compilation in an older version of the language.</summary>
    public static GeneratedNetworks RunIn(LanguageVersion version, string source)
    {
        var parsing = Parsing.WithLanguageVersion(version);
        var plain = Usings.Replace("global using", "using") + "\n" + source;
        var compilation = CSharpCompilation.Create(
            "Networks", [CSharpSyntaxTree.ParseText(plain, parsing, "Source.cs")], References, Common.Options);
        CSharpGeneratorDriver.Create([new BayesianNetGenerator().AsSourceGenerator()], parseOptions: parsing)
            .RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        return new GeneratedNetworks((CSharpCompilation)output, []);
    }

    public static CSharpCompilation Compile(params string[] sources) =>
        Common.AddSyntaxTrees([.. sources.Select((source, i) => Parse(source, $"Source{i}.cs"))]);

    public static SyntaxTree Parse(string source, string path) => CSharpSyntaxTree.ParseText(source, Parsing, path);

    public static GeneratorDriver Driver(bool trackSteps = false) => Driver(new BayesianNetGenerator(), trackSteps);

    public static GeneratorDriver Driver(IIncrementalGenerator generator, bool trackSteps = false) => CSharpGeneratorDriver.Create(
        [generator.AsSourceGenerator()],
        parseOptions: Parsing,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackSteps));

    /// <summary>Runs the generator once.</summary>
    public static GeneratedNetworks Run(params string[] sources) => Run(Compile(sources));

    public static GeneratedNetworks Run(CSharpCompilation compilation)
    {
        var driver = Driver().RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        var result = driver.GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        Assert.Empty(diagnostics);
        return new GeneratedNetworks((CSharpCompilation)output, result.GeneratedSources);
    }

    /// <summary>Runs the generator and then the analyzers on what comes out, as a build does.</summary>
    public static Task<ImmutableArray<Diagnostic>> Analyze(CSharpCompilation compilation, params AdditionalText[] files) =>
        AnalyzeAsItIs(Run(compilation).Output, files);

    /// <summary>Runs the analyzers alone.</summary>
    public static async Task<ImmutableArray<Diagnostic>> AnalyzeAsItIs(CSharpCompilation compilation, params AdditionalText[] files)
    {
        ImmutableArray<DiagnosticAnalyzer> analyzers =
            [.. AnalyzerTypes.Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!)];
        var diagnostics = await compilation.WithAnalyzers(analyzers, new AnalyzerOptions([.. files])).GetAnalyzerDiagnosticsAsync();
        Assert.DoesNotContain(diagnostics, diagnostic => diagnostic.Id == "AD0001");
        return
        [
            .. diagnostics.OrderBy(diagnostic => diagnostic.Location.IsInSource ? 0 : 1)
                .ThenBy(diagnostic => diagnostic.Location.SourceSpan),
        ];
    }
}

/// <summary>A file beside the sources, in memory.</summary>
internal sealed class FileBeside(string path, string text) : AdditionalText
{
    public override string Path => path;

    public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
}

/// <summary>What the generator made of a compilation.</summary>
/// <param name="Output">The compilation with the generated files.</param>
/// <param name="Sources">The generated files.</param>
internal sealed record GeneratedNetworks(CSharpCompilation Output, ImmutableArray<GeneratedSourceResult> Sources)
{
    /// <summary>The files of the wrappers, without those of the graphs.</summary>
    public IEnumerable<GeneratedSourceResult> Wrappers =>
        Sources.Where(source => !source.HintName.EndsWith(".Graph.g.cs", StringComparison.Ordinal));

    public string this[string hint] => Sources.Single(source => source.HintName == hint).SourceText.ToString();

    /// <summary>Asserts that everything compiles, and that the compiler has nothing at all to say about the generated files.</summary>
    public GeneratedNetworks Compiles()
    {
        var generated = Sources.Select(source => source.SyntaxTree).ToHashSet();
        var complaints = Output.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error
                || (diagnostic.Severity != DiagnosticSeverity.Hidden && generated.Contains(diagnostic.Location.SourceTree!)))
            .Select(diagnostic => diagnostic.ToString());
        Assert.True(!complaints.Any(), string.Join("\n", complaints));
        using var image = new MemoryStream();
        Assert.True(Output.Emit(image).Success);
        return this;
    }
}
