using System.Collections.Immutable;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>What the generator remembers from edit to edit never differs from what it would read again.</summary>
[Trait("Lane", "Slow")]
public sealed class GeneratorMemoryTests
{
    private const string Net = """
        namespace Demo;

        public abstract class Base(string name) : Module<Tensor, Tensor>(name)
        {
            public override Tensor forward(Tensor x) => x;
        }

        [BayesianNetwork]
        public sealed class Net : Base
        {
            [Bayesian(Gaussian, PriorScale = Chosen.Scale)] private readonly Linear fc = Linear(2, 2, Chosen.Bias);
            [Bayesian(LogUniform)] private Linear head = Linear(2, 2);
            private readonly Inner inner = new();
            private readonly Linear? last = null;

            public Net() : base("Net") { RegisterComponents(); }
            public void Use(Tensor x) { x = fc.call(x); }
        }
        """;

    private const string Inner = """
        namespace Demo;

        public sealed class Inner : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 2);
            public Inner() : base("Inner") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """;

    private const string Chosen =
        "namespace Demo;\npublic static class Chosen { public const double Scale = 0.5; public const bool Bias = true; }";

    /// <summary>An edit in each of three files that changes what is written.</summary>
    [Theory]
    [InlineData(0, "RegisterComponents();", "RegisterComponents(); head = Linear(2, 2);")] // Its bias is no longer proven.
    [InlineData(0, "Linear(2, 2);\n    private readonly Inner", "Linear(2, 2, false);\n    private readonly Inner")] // It has none.
    [InlineData(0, "x = fc.call(x);", "Set(ref head); static void Set(ref Linear layer) { }")]
    [InlineData(0, "\n[BayesianNetwork]", "\n[BayesianNetwork(Loss = typeof(RenyiLoss))]")]
    [InlineData(1, "[Bayesian(Gaussian)]", "[Bayesian(LogUniform)]")] // The families of the outer network.
    [InlineData(1, "sealed class Inner :", "sealed class Inner2 :")]
    [InlineData(2, "Scale = 0.5", "Scale = 0.25")]
    [InlineData(2, "Bias = true", "Bias = false")]
    [InlineData(2, "public static class Chosen", "public sealed class BayesianNet;\npublic static class Chosen")] // The name is taken.
    [InlineData(2, "public static class Chosen",
        "public sealed class Linear : TorchSharp.torch.nn.Module { public Linear() : base(\"\") { } }\npublic static class Chosen")]
    public void ANetworkEditChangesTheOutput(int file, string old, string @new)
    {
        string[] before = [Net, Inner, Chosen];
        var after = before.Select((text, i) => i == file ? text.Replace(old, @new) : text).ToArray();
        var (first, second) = RunBoth(before, after);

        Assert.Equal(Again(before), first);
        Assert.Equal(Again(after), second);
        Assert.NotEqual(first, second);
    }

    /// <summary>A base class in a file of its own: its initializers and assignments count for the networks that derive from it.</summary>
    [Fact]
    public void AnEditOfABaseClassChangesTheOutput()
    {
        const string derived = "namespace Demo; [BayesianNetwork] public sealed class Derived : Parent { public Derived() : base(\"Derived\") { } }";
        const string parent = """
            namespace Demo;
            public abstract class Parent(string name) : Module<Tensor, Tensor>(name)
            {
                [Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 2);
                public override Tensor forward(Tensor x) => fc.call(x);
            }
            """;
        var after = parent.Replace("Linear(2, 2)", "Linear(2, 2, hasBias: false)");
        var (first, second) = RunBoth([derived, parent], [derived, after]);
        Assert.Equal(Again([derived, after]), second);
        Assert.NotEqual(first, second);
    }

    /// <summary>What derived classes inherit of a base class: the annotation of the class and the loss.</summary>
    [Theory]
    [InlineData("[Bayesian(Gaussian)]", "[Bayesian(LogUniform)]")]
    [InlineData("[BayesianNetwork(Loss = typeof(ElboLoss))]", "[BayesianNetwork(Loss = typeof(GaussianKLLoss))]")]
    public void AnEditOfAnInheritedAnnotationChangesTheOutput(string before, string after)
    {
        const string derived = """
            namespace Demo;
            [BayesianNetwork] public sealed class Derived : Parent
            {
                [Bayesian(Gaussian)] private readonly Linear head = Linear(2, 2);
                private readonly Linear own = Linear(2, 2);
                public Derived() : base("Derived") => RegisterComponents();
            }
            """;
        const string parent = """
            namespace Demo;
            public abstract class Parent(string name) : Module<Tensor, Tensor>(name)
            {
                public override Tensor forward(Tensor x) => x;
            }
            """;
        string[] Sources(string annotation) => [derived, parent.Replace("public abstract", annotation + " public abstract")];
        var (first, second) = RunBoth(Sources(before), Sources(after));
        Assert.Equal(Again(Sources(after)), second);
        Assert.NotEqual(first["Demo.BayesianDerived.g.cs"], second["Demo.BayesianDerived.g.cs"]);
    }

    [Fact]
    public void AnAddedReferenceChangesTheOutput()
    {
        var compilation = GeneratorHarness.Compile(Net, Inner, Chosen);
        var driver = GeneratorHarness.Driver().RunGenerators(compilation);
        var without = compilation.WithReferences(compilation.References.Where(reference => !reference.Display!.Contains("BayesGen")));
        Assert.Empty(driver.RunGenerators(without).GetRunResult().GeneratedTrees);
        Assert.Equal(4, driver.RunGenerators(without).RunGenerators(compilation).GetRunResult().GeneratedTrees.Length);
    }

    /// <summary>Random files, random edits of one after the other, half of them broken ones that are taken back.</summary>
    [Fact]
    public void RandomEditsGiveTheOutputOfAFreshRun()
    {
        var written = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            var texts = Enumerable.Range(0, 3).Select(i => new NetworkGrammar(100_000 + 3 * seed + i).File()).ToArray();
            var compilation = GeneratorHarness.Compile(texts);
            var driver = GeneratorHarness.Driver().RunGenerators(compilation);
            for (var edit = 0; edit < 6; edit++)
            {
                var file = edit % 3;
                var kept = texts[file];
                foreach (var text in new[] { SourceMutation.Mutate(kept, 1000 * seed + edit), kept })
                {
                    texts[file] = text;
                    compilation = Replace(compilation, text, file);
                    driver = driver.RunGenerators(compilation);
                    var files = Files(driver);
                    Assert.Equal(Again(texts), files);
                    written += files.Count;
                }
            }
        }

        Assert.True(written > 500, $"Only {written} files were compared.");
    }

    /// <summary>The server that "dotnet build" compiles in keeps the generator from one build to the next.</summary>
    [Fact]
    public void ASecondBuildOfTheCompilerServerWritesTheSame()
    {
        var driver = GeneratorHarness.Driver();
        var builds = new[] { Chosen, Chosen + " // an edit" }.Select(chosen =>
        {
            var compilation = GeneratorHarness.Compile(Net, Inner, chosen);
            driver = driver.RunGenerators(
                compilation.WithOptions(compilation.Options.WithMetadataReferenceResolver(new ResolverOfTheServer())));
            return Files(driver);
        }).ToList();
        Assert.NotEmpty(builds[0]);
        Assert.Equal(builds[0], builds[1]);
    }

    private static (SortedDictionary<string, string> First, SortedDictionary<string, string> Second) RunBoth(
        string[] before, string[] after)
    {
        var compilation = GeneratorHarness.Compile(before);
        var driver = GeneratorHarness.Driver().RunGenerators(compilation);
        var first = Files(driver);
        for (var i = 0; i < after.Length; i++)
            if (before[i] != after[i])
                compilation = Replace(compilation, after[i], i);
        Assert.Contains(Enumerable.Range(0, after.Length), i => before[i] != after[i]);
        return (first, Files(driver.RunGenerators(compilation)));
    }

    private static CSharpCompilation Replace(CSharpCompilation compilation, string text, int file)
    {
        var path = $"Source{file}.cs";
        return compilation.ReplaceSyntaxTree(
            compilation.SyntaxTrees.Single(tree => tree.FilePath == path), GeneratorHarness.Parse(text, path));
    }

    /// <summary>The same sources where nothing is remembered: an assembly of another name.</summary>
    private static SortedDictionary<string, string> Again(string[] texts) => Files(
        GeneratorHarness.Driver().RunGenerators(GeneratorHarness.Compile(texts).WithAssemblyName(Guid.NewGuid().ToString("N"))));

    private static SortedDictionary<string, string> Files(GeneratorDriver driver)
    {
        var result = driver.GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        return new SortedDictionary<string, string>(
            result.GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText.ToString()),
            StringComparer.Ordinal);
    }

    /// <summary>As the compiler's server has one: each build another object, which throws where it is compared.</summary>
    private sealed class ResolverOfTheServer : MetadataReferenceResolver
    {
        public override bool Equals(object? other) => throw new NotImplementedException();

        public override int GetHashCode() => throw new NotImplementedException();

        public override ImmutableArray<PortableExecutableReference> ResolveReference(
            string reference, string? baseFilePath, MetadataReferenceProperties properties) => [];
    }
}
