using BayesGen.Tests.Support;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>
/// Networks of one name, names that differ little, names that are not names elsewhere, and other names for the annotations.
/// </summary>
public sealed class GeneratorNameTests
{
    private const string Body = """
        () : Module<Tensor, Tensor>("x")
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 2);
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """;

    [Fact]
    public void CompilesNetworksOfOneNameInTwoNamespaces() => AssertFiles(
        $$"""
        namespace A { public sealed class Net{{Body}} }
        namespace B.C { public sealed class Net{{Body}} }
        public sealed class Net{{Body}}
        """,
        "A.BayesianNet.g.cs", "B.C.BayesianNet.g.cs", "BayesianNet.g.cs");

    /// <summary>For Roslyn the names of generated files are the same then.</summary>
    [Fact]
    public void CompilesNetworksAndNamespacesThatDifferOnlyInCase()
    {
        var networks = GeneratorHarness.Run($$"""
            namespace Demo { public sealed class Net{{Body}} public sealed class NET{{Body}} }
            namespace DEMO { public sealed class Net{{Body}} }
            """).Compiles();
        Assert.Equal(3, networks.Wrappers.Select(source => source.HintName).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(networks.Sources, source => Assert.Matches(
            @"^(Demo|DEMO)\.Bayesian(Net|NET)-[0-9a-f]{8}(\.Graph)?\.g\.cs$", source.HintName));
    }

    [Fact]
    public void CompilesAGenericNetworkBesideOneWithANumberedName() => AssertFiles(
        $$"""public sealed class Net_1{{Body}} public sealed class Net<T>{{Body}}""", "BayesianNet-1.g.cs", "BayesianNet_1.g.cs");

    [Fact]
    public void CompilesNamesInAllAlphabetsAndKeywords() => AssertFiles(
        $$"""
        namespace @namespace.größe;
        public sealed class @class{{Body.Replace("fc", "@event")}}
        public sealed class 変数{{Body.Replace("fc", "層")}}
        public sealed class \u0041b{{Body.Replace("fc", "\\u0066c")}}
        """,
        "namespace.größe.BayesianAb.g.cs", "namespace.größe.Bayesianclass.g.cs", "namespace.größe.Bayesian変数.g.cs");

    [Theory]
    [InlineData("using B = BayesGen.BayesianAttribute;", "[B(Gaussian)]")]
    [InlineData("global using B = BayesGen.BayesianAttribute;", "[B(Gaussian)]")]
    [InlineData("using G = BayesGen;", "[G.Bayesian(G::Family.Gaussian)]")]
    [InlineData("", "[global::BayesGen.BayesianAttribute(family: Gaussian)]")]
    [InlineData("using F = BayesGen.Variational.GaussianPosterior;", "[Bayesian(typeof(F))]")]
    public void FindsAnnotationsUnderAnAlias(string @using, string annotation)
    {
        var networks = GeneratorHarness.Run($"{@using}\npublic sealed class Net{Body.Replace("[Bayesian(Gaussian)]", annotation)}")
            .Compiles();
        Assert.Contains("plan.Bayesian<global::BayesGen.Variational.GaussianPosterior>(prefix + \"fc\"", networks["BayesianNet.g.cs"]);
    }

    [Fact]
    public void FindsLayersUnderAnAlias()
    {
        var networks = GeneratorHarness.Run(
            "global using Dense = TorchSharp.Modules.Linear;\nglobal using Of = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;",
            $"public sealed class Net{Body.Replace("readonly Linear", "readonly Dense").Replace("Module<Tensor, Tensor>", "Of")}")
                .Compiles();
        Assert.Contains("WeightBiasPosterior<global::BayesGen.Variational.GaussianPosterior> Fc", networks["BayesianNet.g.cs"]);
    }

    /// <summary>What TorchSharp registers a field as may hold any character; it ends up in literals and in comments.</summary>
    [Theory]
    [InlineData("a b", "\"a b\"")]
    [InlineData("\\\"", "\"\\\"\"")]
    [InlineData("a\\n} //", "\"a\\n} //\"")]
    [InlineData("\\u2028", "\"\\u2028\"")]
    [InlineData("\\0", "\"\\u0000\"")]
    [InlineData("<&>", "\"<&>\"")]
    [InlineData("{x}", "\"{x}\"")]
    [InlineData("\\ud83d\\ude00", "\"\\ud83d\\ude00\"")]
    public void EscapesUnsafeCharactersInRegisteredNames(string name, string literal)
    {
        var source = $"public sealed class Net{Body.Replace("[Bayesian", $"[TorchSharp.Utils.ComponentName(Name = \"{name}\"), Bayesian")}";
        Assert.Contains($"prefix + {literal}, ", GeneratorHarness.Run(source).Compiles()["BayesianNet.g.cs"]);
    }

    [Theory]
    [InlineData("[Obsolete]", "[global::System.ObsoleteAttribute()]")]
    [InlineData("[Obsolete(\"Old.\", true)]", "[global::System.ObsoleteAttribute(\"Old.\", true)]")]
    [InlineData("[System.Diagnostics.CodeAnalysis.Experimental(\"X1\")]",
        "[global::System.Diagnostics.CodeAnalysis.ExperimentalAttribute(\"X1\")]")]
    public void TheWrapperOfAnObsoleteNetworkIsObsolete(string attribute, string expected) =>
        Assert.Contains(
            $"\n{expected}\n", GeneratorHarness.Run($"{attribute} public sealed class Net{Body}").Compiles()["BayesianNet.g.cs"]);

    private static void AssertFiles(string source, params string[] hints) =>
        Assert.Equal(hints, GeneratorHarness.Run(source).Compiles().Wrappers.Select(file => file.HintName).Order(StringComparer.Ordinal));
}
