using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>Generated code compiles without a word wherever the code it is written for does.</summary>
public sealed class GeneratorSurroundingsTests
{
    private const string Body = """
        {
            public Net() : base("Net") => RegisterComponents();
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """;

    [Theory]
    [InlineData(LanguageVersion.CSharp9)]
    [InlineData(LanguageVersion.CSharp10)]
    [InlineData(LanguageVersion.CSharp11)]
    public void CompilesInOlderLanguageVersions(LanguageVersion version) =>
        GeneratorHarness.RunIn(version, "namespace Demo { public sealed class Net : Module<Tensor, Tensor> " + Body + " }").Compiles();

    [Theory]
    [InlineData("[System.Diagnostics.CodeAnalysis.Experimental(\"NET9\")]")]
    [InlineData("[Obsolete(\"Old.\", DiagnosticId = \"OLD1\", UrlFormat = \"https://example.org\")]")]
    [InlineData("[System.Runtime.Versioning.RequiresPreviewFeatures(\"Soon.\")]")]
    public void CompilesForANetworkThatWarnsWhenUsed(string attribute)
    {
        var networks = GeneratorHarness.Run(attribute + " public sealed class Net : Module<Tensor, Tensor> " + Body).Compiles();
        Assert.Contains(attribute.TrimStart('[').Split('(')[0].Split('.')[^1], networks["BayesianNet.g.cs"]);
    }

    [Theory]
    [InlineData("[System.Diagnostics.CodeAnalysis.Experimental(\"NET9\")]", "NET9")]
    [InlineData("[Obsolete(\"Old.\", DiagnosticId = \"OLD1\")]", "OLD1")]
    [InlineData("[System.Runtime.Versioning.RequiresPreviewFeatures]", "CA2252")]
    public void CompilesForALayerThatWarnsWhenUsed(string attribute, string id)
    {
        var networks = GeneratorHarness.Run($$"""
            #pragma warning disable {{id}}
            {{attribute}}
            public sealed class Layer : Module<Tensor, Tensor>
            {
                public Layer() : base("Layer") { }
                public override Tensor forward(Tensor x) => x;
            }

            public sealed class Net : Module<Tensor, Tensor>
            {
                public Net() : base("Net") => RegisterComponents();
                [Bayesian(Gaussian)] private readonly Layer fc = new();
                public override Tensor forward(Tensor x) => fc.call(x);
            }
            """).Compiles();
        Assert.Contains($"#pragma warning disable {id}\n", networks["BayesianNet.g.cs"]);
    }

    [Fact]
    public void CompilesInAClsCompliantAssembly() => GeneratorHarness.Run(
        "[assembly: CLSCompliant(true)]\n[CLSCompliant(false)] public sealed class Net : Module<Tensor, Tensor> " + Body).Compiles();

    [Fact]
    public void CompilesForANetworkThatMayReturnNull() => GeneratorHarness.Run("""
        public sealed class Net : Module<Tensor, Tensor?>
        {
            public Net() : base("Net") => RegisterComponents();
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
            public override Tensor? forward(Tensor x) => fc.call(x);
        }
        """).Compiles();

    [Fact]
    public void CompilesWithAGenericLoss() => GeneratorHarness.Run("""
        public sealed class MyLoss<T> : VariationalLoss, IScores<Posterior>
        {
            public Tensor Divergence(System.Collections.Generic.IReadOnlyList<IScoredWeights<Posterior>> weights) => zeros(1);
        }

        [BayesianNetwork(Loss = typeof(MyLoss<int>))]
        public sealed class Net : Module<Tensor, Tensor>
        """ + Body).Compiles();

    [Fact]
    public void CompilesForABaseClassBehindAnExternAlias()
    {
        using var image = new MemoryStream();
        Assert.True(GeneratorHarness.Run("""
            namespace Library;
            public abstract class Parent : Module<Tensor, Tensor>
            {
                protected Parent() : base("Parent") => RegisterComponents();
                [Bayesian(Gaussian)] protected readonly Linear fc = Linear(1, 1);
                public override Tensor forward(Tensor x) => fc.call(x);
            }
            """).Output.WithAssemblyName("Library").Emit(image).Success);
        var library = MetadataReference.CreateFromImage(image.ToArray()).WithAliases(["lib"]);
        GeneratorHarness.Run(GeneratorHarness.Compile(
            "extern alias lib;\n[BayesianNetwork] public sealed class Net : lib::Library.Parent { }").AddReferences(library)).Compiles();
    }

    [Fact]
    public void CompilesForASourceThatTwoProjectsShare()
    {
        const string net = "internal sealed class Net : Module<Tensor, Tensor> " + Body;
        using var image = new MemoryStream();
        Assert.True(GeneratorHarness.Run(
            "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Networks\")]\n" + net)
            .Output.WithAssemblyName("Library").Emit(image).Success);
        GeneratorHarness.Run(GeneratorHarness.Compile(net).AddReferences(MetadataReference.CreateFromImage(image.ToArray()))).Compiles();
    }

    [Fact]
    public void GeneratesFileNamesThatAFileSystemAccepts()
    {
        var (first, second) = (new string('Ä', 240), new string('Ä', 241));
        var networks = GeneratorHarness.Run(string.Concat(new[] { first, second }.Select(name =>
            $"public sealed class {name} : Module<Tensor, Tensor> {Body.Replace("Net()", name + "()")}\n"))).Compiles();
        Assert.Equal(2, networks.Wrappers.Select(source => source.HintName).Distinct().Count());
        Assert.All(networks.Sources, source => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(source.HintName), 1, 255));
    }

    [Fact]
    public void TheFamilyIsGaussianByDefault() => Assert.Contains(
        "plan.Bayesian<global::BayesGen.Variational.GaussianPosterior>(prefix + \"fc\", FcOf(network), "
            + "new global::BayesGen.Variational.WeightOptions { PriorScale = 2.0 });",
        GeneratorHarness.Run("public sealed class Net : Module<Tensor, Tensor> " + Body.Replace("(Gaussian)", "(PriorScale = 2)"))
            .Compiles()["BayesianNet.g.cs"]);

    [Fact]
    public void CreateTrainerOfTwoInputsIsAnErrorThatNamesTheRightCall()
    {
        var diagnostics = GeneratorHarness.Run("""
            public sealed class Net : Module<Tensor, Tensor, Tensor>
            {
                public Net() : base("Net") => RegisterComponents();
                [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
                public override Tensor forward(Tensor x, Tensor mask) => fc.call(x) * mask;
            }

            public static class User
            {
                public static object Wrong(BayesianNet model, TrainerOptions options) => model.CreateTrainer(options);
                public static object AlsoWrong(BayesianNet model, TrainerOptions options) => model.CreateTrainer(new ElboLoss(), options);
                public static object Right(BayesianNet model, TrainerOptions options) =>
                    model.CreateTrainer(x => model.call(x, x), options);
                public static object AlsoRight(BayesianNet model, TrainerOptions options) =>
                    model.CreateTrainer(x => model.call(x, x), new ElboLoss(), options);
            }
            """).Output.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error).ToList();
        Assert.Equal(["CS0619", "CS0619"], diagnostics.Select(found => found.Id));
        Assert.Contains("Net is called with (x, mask). Say how it runs on a batch", diagnostics[0].GetMessage());
    }
}
