using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Benchmarks.SourceGeneration;

/// <summary>The sources that are compiled: one class a file, as people have them.</summary>
internal static class Sources
{
    public static CSharpParseOptions Parsing { get; } = new(LanguageVersion.Latest);

    private const string Usings = """
        global using System;
        global using BayesGen;
        global using TorchSharp;
        global using TorchSharp.Modules;
        global using static BayesGen.Family;
        global using static TorchSharp.torch;
        global using static TorchSharp.torch.nn;
        """;

    /// <summary>A compilation that knows its references; those made from it share them.</summary>
    public static CSharpCompilation Empty { get; } = WithReferencesBound();

    /// <summary>Networks with two annotated layers each, freshly parsed, and one file that has nothing to do with them.</summary>
    public static CSharpCompilation Networks(int count) => Empty.AddSyntaxTrees(
        [.. Enumerable.Range(0, count)
            .Select(i => Parse(Class(i, "[Bayesian(LogUniform)] ", "[Bayesian(Gaussian)] ", "x"), $"Network{i}.cs")), Other(0)]);

    /// <summary>The same classes without annotations.</summary>
    public static CSharpCompilation Plain(int count) => Empty.AddSyntaxTrees(
        [.. Enumerable.Range(0, count).Select(i => Parse(Class(i, "", "", "x"), $"Network{i}.cs")), Other(0)]);

    /// <summary>A keystroke in the file that has nothing to do with the networks.</summary>
    public static CSharpCompilation EditOther(CSharpCompilation compilation, int stroke) => Replace(compilation, Other(stroke));

    /// <summary>A keystroke in the method of one network.</summary>
    public static CSharpCompilation EditBody(CSharpCompilation compilation, int stroke) =>
        Replace(compilation, Parse(Class(0, "[Bayesian(LogUniform)] ", "[Bayesian(Gaussian)] ", $"x * {stroke}"), "Network0.cs"));

    private static SyntaxTree Other(int stroke) => Parse(
        $$"""
        namespace Elsewhere;

        public static class Other
        {
            public static int Count(int start) => start + {{stroke}};
        }
        """,
        "Other.cs");

    private static string Class(int i, string first, string last, string input) => $$"""
        namespace Networks.Part{{i % 10}};

        public sealed class Network{{i}} : Module<Tensor, Tensor>
        {
            {{first}}private readonly Conv2d conv1 = Conv2d(1, 32, 3, padding: 1);
            private readonly Conv2d conv2 = Conv2d(32, 64, 3, padding: 1);
            private readonly MaxPool2d pool = MaxPool2d(2, 2);
            private readonly Linear fc1 = Linear(64 * 7 * 7, 128);
            {{last}}private readonly Linear fc2 = Linear(128, 10);

            public Network{{i}}() : base(nameof(Network{{i}})) => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                using var scope = NewDisposeScope();
                x = pool.call(functional.relu(conv1.call({{input}})));
                x = pool.call(functional.relu(conv2.call(x)));
                x = functional.relu(fc1.call(x.flatten(1)));
                return fc2.call(x).MoveToOuterDisposeScope();
            }
        }
        """;

    private static CSharpCompilation Replace(CSharpCompilation compilation, SyntaxTree tree) => compilation.ReplaceSyntaxTree(
        compilation.SyntaxTrees.First(candidate => candidate.FilePath == tree.FilePath), tree);

    private static SyntaxTree Parse(string source, string path)
    {
        var tree = CSharpSyntaxTree.ParseText(source, Parsing, path);
        tree.GetRoot();
        return tree;
    }

    private static CSharpCompilation WithReferencesBound()
    {
        var compilation = CSharpCompilation.Create(
            "Networks",
            [Parse(Usings, "Usings.cs")],
            [
                .. Net100.References.All,
                MetadataReference.CreateFromFile(typeof(TorchSharp.torch).Assembly.Location),
                MetadataReference.CreateFromFile(typeof(BayesianAttribute).Assembly.Location),
            ],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return compilation.GetTypeByMetadataName(typeof(BayesianAttribute).FullName!) is null
            ? throw new InvalidOperationException("The compilation does not see BayesGen.")
            : compilation;
    }
}
