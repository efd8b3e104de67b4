using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>A network of another project inside one of this project: its private fields are not visible, its wrapper is.</summary>
public sealed class GeneratorReferenceTests
{
    private const string Outer = """
        [BayesianNetwork(Loss = typeof(GaussianKLLoss))]
        public sealed class Outer : Module<Tensor, Tensor>
        {
            public Outer() : base("Outer") => RegisterComponents();
            private readonly Demo.Classifier inner = new();
            public override Tensor forward(Tensor x) => inner.call(x);
        }
        """;

    [Fact]
    public void AReferencedNetworkIsDescribedByItsWrapper()
    {
        var networks = GeneratorHarness.Run(Referencing(Outer.Replace("GaussianKLLoss", "ElboLoss"))).Compiles();
        Assert.Contains("global::Demo.BayesianClassifier.PosteriorMap Inner => new(", networks["BayesianOuter.g.cs"]);
        Assert.Contains("global::BayesGen.Variational.IScores<global::BayesGen.Variational.LogUniformPosterior>",
            networks["BayesianOuter.g.cs"]);
    }

    [Fact]
    public async Task ReportsALossThatCannotScoreAReferencedNetwork()
    {
        var diagnostic = Assert.Single(await GeneratorHarness.Analyze(Referencing(Outer)));
        Assert.Equal(
            "Field 'inner.Conv1' has the LogUniform posterior, which GaussianKLLoss cannot score; losses that can: ElboLoss, LogUniformKLLoss",
            diagnostic.GetMessage());
    }

    /// <summary>An editor hands over the sources of another project; a build does not.</summary>
    [Fact]
    public async Task SourcesOfAnotherProjectAreNotReadAsPartOfThisOne()
    {
        var library = GeneratorHarness.Run("""
            namespace Demo;

            [Bayesian(Gaussian)]
            public class Inner : Module<Tensor, Tensor>
            {
                public static readonly TrainerOptions Shared = new();
                protected readonly Linear fc = Linear(4, 3);
                public Inner() : base("Inner") => RegisterComponents();
                public override Tensor forward(Tensor x) => fc.call(x).softmax(1);
            }
            """).Output.WithAssemblyName("Library");
        var user = GeneratorHarness.Compile("""
            [Bayesian(Gaussian)] public sealed class Outer : Demo.Inner;

            public static class User
            {
                public static object Train(Demo.BayesianInner model) => model.CreateTrainer(Demo.Inner.Shared);
                public static object Train(BayesianOuter model) => model.CreateTrainer(new RenyiLoss(), Demo.Inner.Shared);
            }
            """).AddReferences(library.ToMetadataReference());
        Assert.Empty(await GeneratorHarness.Analyze(user));
    }

    private static Microsoft.CodeAnalysis.CSharp.CSharpCompilation Referencing(string source)
    {
        using var image = new MemoryStream();
        Assert.True(GeneratorHarness.Run(TestSources.Classifier).Output.WithAssemblyName("Library").Emit(image).Success);
        return GeneratorHarness.Compile(source).AddReferences(MetadataReference.CreateFromImage(image.ToArray()));
    }
}
