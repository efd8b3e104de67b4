using System.Collections.Immutable;
using System.Reflection;
using BayesGen.SourceGeneration;
using BayesGen.SourceGeneration.Model;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>
/// No symbol, node, tree, compilation or location is reachable from what the pipeline keeps, and the search for one works.
/// </summary>
public sealed class GeneratorReachabilityTests
{
    /// <summary>Roslyn's name for what a ForAttributeWithMetadataName hands on.</summary>
    private const string TransformResult = "result_ForAttributeWithMetadataName";

    private static readonly List<string> StepNames =
        [.. typeof(TrackingNames).GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(field => (string)field.GetRawConstantValue()!)];

    [Fact]
    public void NoStepKeepsAnObjectOfTheCompiler()
    {
        var steps = Run(
            new BayesianNetGenerator(),
            TestSources.Classifier,
            TestSources.Classifier.Replace("LogUniform", "SparseDropout").Replace("Classifier", "Second"),
            TestSources.Refused,
            """
            [BayesianNetwork]
            public sealed class Outer : Module<Tensor, Tensor>
            {
                private readonly Demo.Classifier inner = new();
                public Outer() : base("Outer") => RegisterComponents();
                public override Tensor forward(Tensor x) => inner.call(x);
            }
            """);
        Assert.All(StepNames.Append(TransformResult), name => Assert.True(steps.ContainsKey(name), $"There is no step '{name}'."));
        var values = ValuesOf(steps, StepNames.Append(TransformResult)).ToList();
        Assert.True(values.OfType<NetworkFiles>().Count() >= 8);
        Assert.All(values, value => Assert.Null(Reachable.FindForbidden(value)));
    }

    /// <summary>The same search over generators that keep what they must not.</summary>
    [Theory]
    [InlineData("Symbol", "ISymbol")]
    [InlineData("TypeSymbolInAnArray", "ISymbol")]
    [InlineData("Node", "SyntaxNode")]
    [InlineData("Token", "SyntaxToken")]
    [InlineData("Tree", "SyntaxTree")]
    [InlineData("Reference", "SyntaxReference")]
    [InlineData("Compilation", "Compilation")]
    [InlineData("SemanticModel", "SemanticModel")]
    [InlineData("Location", "Location")]
    [InlineData("Attribute", "AttributeData")]
    [InlineData("Closure", "SyntaxNode")]
    public void FindsAModelThatHoldsAnObjectOfTheCompiler(string what, string expected)
    {
        var steps = Run(new BadGenerator(what), TestSources.Classifier);
        var values = ValuesOf(steps, [BadGenerator.Step]).ToList();
        Assert.NotEmpty(values);
        Assert.All(values, value => Assert.EndsWith($"is a {expected}", Reachable.FindForbidden(value)));
    }

    [Fact]
    public void AcceptsAModelOfPlainValues()
    {
        var values = ValuesOf(Run(new BadGenerator("Name"), TestSources.Classifier), [BadGenerator.Step]).ToList();
        Assert.NotEmpty(values);
        Assert.All(values, value => Assert.Null(Reachable.FindForbidden(value)));
    }

    private static ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> Run(
        IIncrementalGenerator generator, params string[] sources)
    {
        var result = GeneratorHarness.Driver(generator, trackSteps: true).RunGenerators(GeneratorHarness.Compile(sources)).GetRunResult();
        Assert.Null(result.Results.Single().Exception);
        return result.Results.Single().TrackedSteps;
    }

    private static IEnumerable<object> ValuesOf(
        ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> steps, IEnumerable<string> names) =>
        names.SelectMany(name => steps[name]).SelectMany(step => step.Outputs).Select(output => output.Value);

    /// <summary>What the search must find, behind a private field and an interface.</summary>
    private sealed record BadModel(string Name, object Kept)
    {
        private readonly object _kept = Kept;

        public string Says => $"{Name} {_kept}";
    }

    private sealed class BadGenerator(string what) : IIncrementalGenerator
    {
        public const string Step = "Bad";

        public void Initialize(IncrementalGeneratorInitializationContext context)
        {
            var models = context.SyntaxProvider
                .ForAttributeWithMetadataName("BayesGen.BayesianAttribute", static (_, _) => true, Read)
                .WithTrackingName(Step);
            context.RegisterSourceOutput(models, static (_, _) => { });
        }

        private BadModel Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellation) =>
            new(context.TargetSymbol.Name, what switch
            {
                "Name" => context.TargetSymbol.Name,
                "Symbol" => context.TargetSymbol,
                "TypeSymbolInAnArray" => ImmutableArray.Create(context.TargetSymbol.ContainingType),
                "Node" => context.TargetNode,
                "Token" => new List<SyntaxToken> { context.TargetNode.GetFirstToken() },
                "Tree" => context.TargetNode.SyntaxTree,
                "Reference" => context.TargetSymbol.DeclaringSyntaxReferences[0],
                "Compilation" => context.SemanticModel.Compilation,
                "SemanticModel" => context.SemanticModel,
                "Location" => Tuple.Create(1, context.TargetSymbol.Locations[0]),
                "Attribute" => context.Attributes[0],
                "Closure" => (Func<string>)(() => context.TargetNode.ToString()),
                _ => throw new ArgumentOutOfRangeException(nameof(what)),
            });
    }
}
