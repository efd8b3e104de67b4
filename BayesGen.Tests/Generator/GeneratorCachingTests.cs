using System.Collections;
using System.Reflection;
using BayesGen.SourceGeneration;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>What the generator does again after an edit. Reading is cheap and happens always; writing must not.</summary>
public sealed class GeneratorCachingTests
{
    private const string Network = TestSources.Classifier;

    [Fact]
    public void ACommentChangesNothing() => AssertUnchanged([Network], [Network.Replace("private readonly MaxPool2d", "// a pool\n    private readonly MaxPool2d")]);

    [Fact]
    public void AnUnrelatedMemberChangesNothing() =>
        AssertUnchanged([Network], [Network.Replace("public Classifier()", "private int _count;\n    public int Count() => ++_count;\n    public Classifier()")]);

    [Fact]
    public void AnotherFileChangesNothing() => AssertUnchanged([Network, "class Other { }"], [Network, "class Other { int _field; }"]);

    [Fact]
    public void ASecondNetworkLeavesTheFirstAlone()
    {
        var steps = Rerun([Network], [Network, Network.Replace("Classifier", "Second")]);
        Assert.Equal([IncrementalStepRunReason.Cached, IncrementalStepRunReason.New], Reasons(steps.TrackedSteps[TrackingNames.Annotated]));
        Assert.Equal([IncrementalStepRunReason.Cached, IncrementalStepRunReason.New], Outputs(steps).OrderDescending());
    }

    [Fact]
    public void AChangedAnnotationWritesTheFileAgain()
    {
        var steps = Rerun([Network], [Network.Replace("[Bayesian(LogUniform)]", "[Bayesian(Gaussian)]")]);
        Assert.Equal([IncrementalStepRunReason.Modified], Reasons(steps.TrackedSteps[TrackingNames.Annotated]));
        Assert.Equal([IncrementalStepRunReason.Modified], Outputs(steps));
    }

    [Fact]
    public void AnAnnotationInANetworkInsideWritesTheOuterFileAgain()
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
        var steps = Rerun([outer, Network], [outer, Network.Replace("[Bayesian(Gaussian)]", "")]);
        Assert.Equal([IncrementalStepRunReason.Modified], Reasons(steps.TrackedSteps[TrackingNames.Networks]));
    }

    [Fact]
    public void NothingThatHoldsACompilationEntersThePipeline()
    {
        var steps = Rerun([Network], [Network]);
        foreach (var value in steps.TrackedSteps
            .Where(pair => pair.Key is TrackingNames.Annotated or TrackingNames.Networks)
            .SelectMany(pair => pair.Value).SelectMany(step => step.Outputs).Select(output => output.Value))
            AssertPlain(value);
    }

    // The reader runs, its model equals the old one, and everything after it is taken from the cache.
    private static void AssertUnchanged(string[] before, string[] after)
    {
        var steps = Rerun(before, after);
        Assert.Equal([IncrementalStepRunReason.Cached], Reasons(steps.TrackedSteps[TrackingNames.Annotated]));
        Assert.Equal([IncrementalStepRunReason.Cached], Outputs(steps));
    }

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

    private static IEnumerable<IncrementalStepRunReason> Reasons(IEnumerable<IncrementalGeneratorRunStep> steps) =>
        steps.SelectMany(step => step.Outputs).Select(output => output.Reason);

    private static List<IncrementalStepRunReason> Outputs(GeneratorRunResult result) =>
        [.. result.TrackedOutputSteps.SelectMany(pair => Reasons(pair.Value)).OrderDescending()];

    private static void AssertPlain(object? value)
    {
        if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum)
            return;
        Assert.False(value is ISymbol or SyntaxNode or SyntaxTree or Compilation or Location or SemanticModel, $"{value.GetType()} is in the pipeline.");
        foreach (var item in value is IEnumerable items ? items.Cast<object>() : [])
            AssertPlain(item);
        if (value.GetType().Assembly == typeof(BayesianNetGenerator).Assembly && value is not IEnumerable)
            foreach (var property in value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
                AssertPlain(property.GetValue(value));
    }
}
