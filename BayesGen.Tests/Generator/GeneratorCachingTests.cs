using BayesGen.SourceGeneration;
using BayesGen.SourceGeneration.Model;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;
using static Microsoft.CodeAnalysis.IncrementalStepRunReason;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>What the generator does again after an edit, network by network and step by step.</summary>
public sealed class GeneratorCachingTests
{
    private const string First = TestSources.Classifier;

    private const string Second = """
        namespace Demo;

        [BayesianNetwork]
        public sealed class Second : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 2);
            public Second() : base(nameof(Second)) => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """;

    /// <summary>Every kind of edit that says nothing about a network.</summary>
    [Theory]
    [InlineData("private readonly MaxPool2d", "// a pool\n    private readonly MaxPool2d")] // A comment inside.
    [InlineData("namespace Demo;", "// A file.\n\nnamespace Demo;")] // One outside, which moves every line.
    [InlineData("public Classifier()", "private int _count;\n    public int Count() => ++_count;\n    public Classifier()")] // Members.
    [InlineData("Linear(128, 10)", "Linear(128, 12)")] // A size, which only the runtime needs.
    [InlineData("public sealed class Classifier", "public sealed class Other;\npublic sealed class Classifier")] // A neighbor.
    public void AnEditThatDoesNotChangeTheNetworkIsServedFromTheCache(string old, string @new)
    {
        var after = First.Replace(old, @new);
        Assert.NotEqual(First, after);
        AssertReasons(Rerun([First, Second], [after, Second]), ("Classifier", Unchanged), ("Second", Unchanged));
    }

    [Fact]
    public void AnEditOfAnotherFileRegeneratesNothing() => AssertReasons(
        Rerun([First, Second, "class Other { }"], [First, Second, "class Other { int _field; }"]),
        ("Classifier", Unchanged), ("Second", Unchanged));

    [Fact]
    public void ANewFileRegeneratesNothing() => AssertReasons(
        Rerun([First, Second], [First, Second, "namespace Demo; class Other { }"]), ("Classifier", Unchanged), ("Second", Unchanged));

    [Fact]
    public void ANewNetworkRegeneratesNoOther()
    {
        AssertReasons(Rerun([First], [First, Second]), ("Classifier", Unchanged), ("Second", New));
        AssertReasons(Rerun([First], [$"{First}\n{Second.Replace("namespace Demo;", "")}"]), ("Classifier", Unchanged), ("Second", New));
    }

    [Fact]
    public void ARemovedNetworkRegeneratesNoOther() =>
        AssertReasons(Rerun([First, Second], [First, ""]), ("Classifier", Unchanged), ("Second", Removed));

    [Theory]
    [InlineData("[Bayesian(LogUniform)]", "[Bayesian(SparseDropout)]")] // Another family.
    [InlineData("[Bayesian(Gaussian)]", "[Bayesian(Gaussian, PriorScale = 0.1)]")] // An option.
    [InlineData("private readonly Linear fc1", "[Bayesian(Gaussian)] private readonly Linear fc1")] // One more annotation.
    [InlineData("    [Bayesian(Gaussian)] private", "    private")] // One less.
    [InlineData("public sealed class Classifier", "[Bayesian(LogUniform)] public sealed class Classifier")] // One on the class.
    [InlineData("fc2.call(fc1.call(x))", "fc2.call(fc1.call(x).relu())")] // What forward computes.
    public void AChangedAnnotationOrForwardRegeneratesThatNetworkOnly(string old, string @new)
    {
        var after = First.Replace(old, @new);
        Assert.NotEqual(First, after);
        AssertReasons(Rerun([First, Second], [after, Second]), ("Classifier", Modified), ("Second", Unchanged));
        AssertReasons(
            Rerun([$"{First}\n{Second.Replace("namespace Demo;", "")}"], [$"{after}\n{Second.Replace("namespace Demo;", "")}"]),
            ("Classifier", Modified), ("Second", Unchanged));
    }

    /// <summary>After an edit of a method the graph alone is read again; the file is that of a generator that begins there.</summary>
    [Theory]
    [InlineData("fc2.call(fc1.call(x))", "fc2.call(fc1.call(x).relu())")]
    [InlineData("fc2.call(fc1.call(x))", "fc2.call(fc1.call(x.flatten(1)).tanh())")]
    [InlineData("fc2.call(fc1.call(x))", "fc2.call(Unknown(x))")]
    public void AnEditOfForwardLeavesTheGraphThatItHad(string old, string @new)
    {
        string[] after = [First.Replace(old, @new), Second];
        var fresh = GeneratorHarness.Driver(trackSteps: true).RunGenerators(GeneratorHarness.Compile(after)).GetRunResult()
            .Results.Single();
        var again = Rerun([First, Second], after);
        Assert.Equal(Texts(fresh), Texts(again));
        Assert.NotEqual(Texts(Rerun([First, Second], [First, Second])), Texts(again));

        static IEnumerable<string> Texts(GeneratorRunResult result) => result.GeneratedSources
            .OrderBy(source => source.HintName, StringComparer.Ordinal).Select(source => source.SourceText.ToString());
    }

    /// <summary>The file of the wrapper is long, and would be parsed again at every keystroke.</summary>
    [Fact]
    public void AnEditOfForwardWritesTheFileOfItsGraphAlone() => Assert.Equal(
        [("Classifier", false, Unchanged), ("Classifier", true, Modified)],
        FilesOf(Rerun([First], [First.Replace("fc2.call(fc1.call(x))", "fc2.call(fc1.call(x).relu())")])).Order());

    [Fact]
    public void AnAnnotationOfANestedNetworkRegeneratesTheOuterFile()
    {
        const string outer = """
            [BayesianNetwork]
            public sealed class Outer : Module<Tensor, Tensor>
            {
                private readonly Demo.Classifier inner = new();
                public Outer() : base("Outer") { }
                public override Tensor forward(Tensor x) => x;
            }
            """;
        AssertReasons(
            Rerun([outer, First, Second], [outer, First.Replace("[Bayesian(Gaussian)]", ""), Second]),
            ("Outer", Modified), ("Classifier", Modified), ("Second", Unchanged));
    }

    /// <summary>
    /// The model of every network has the given reason in its named step, and its files follow: a model that is unchanged is written from
    /// the cache. After a modification at least one of its two files is written.
    /// </summary>
    private static void AssertReasons(GeneratorRunResult result, params (string Network, IncrementalStepRunReason Reason)[] expected)
    {
        var steps = result.TrackedSteps
            .Where(pair => pair.Key is TrackingNames.Annotated or TrackingNames.Networks)
            .SelectMany(pair => pair.Value)
            .SelectMany(step => step.Outputs)
            .Select(output => (((NetworkFiles)output.Value).Network.Host.NetworkName, Settled(output.Reason)));
        Assert.Equal(expected.Order(), steps.Order());
        Assert.Equal(
            expected.Order(),
            FilesOf(result).GroupBy(file => file.Network)
                .Select(files => (files.Key, files.Select(file => file.Reason).Distinct().OrderBy(reason => reason == Unchanged).First()))
                .Order());
    }

    /// <summary>What became of each file.</summary>
    private static List<(string Network, bool IsGraph, IncrementalStepRunReason Reason)> FilesOf(GeneratorRunResult result) =>
    [
        .. result.TrackedOutputSteps.SelectMany(pair => pair.Value).SelectMany(step => step.Outputs.Select(output =>
            step.Inputs.Single().Source.Outputs[step.Inputs.Single().OutputIndex].Value switch
            {
                GraphFileModel graph => (graph.Host.NetworkName, true, Settled(output.Reason)),
                NetworkModel model => (model.Host.NetworkName, false, Settled(output.Reason)),
                var other => throw new InvalidOperationException($"{other}"),
            })),
    ];

    /// <summary>Whether a step was skipped, or ran and gave an equal value, makes no difference to the steps after it.</summary>
    private static IncrementalStepRunReason Settled(IncrementalStepRunReason reason) => reason == Cached ? Unchanged : reason;

    private static GeneratorRunResult Rerun(string[] before, string[] after)
    {
        var first = GeneratorHarness.Compile(before);
        var driver = GeneratorHarness.Driver(trackSteps: true).RunGenerators(first);
        var second = first;
        for (var i = 0; i < after.Length; i++)
        {
            var tree = GeneratorHarness.Parse(after[i], $"Source{i}.cs");
            var old = second.SyntaxTrees.FirstOrDefault(candidate => candidate.FilePath == tree.FilePath);
            second = old is null ? second.AddSyntaxTrees(tree) : before[i] == after[i] ? second : second.ReplaceSyntaxTree(old, tree);
        }

        return driver.RunGenerators(second).GetRunResult().Results.Single();
    }
}
