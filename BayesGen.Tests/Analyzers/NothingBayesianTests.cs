using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0008.</summary>
public sealed class NothingBayesianTests
{
    [Fact]
    public Task ReportsANetworkWithoutAnnotatedLayers() => AnalyzerAssert.Reports(
        Network("[BayesianNetwork]", "[|BG0008:Net|]", "private readonly Linear fc = Linear(1, 1);"),
        "'Net' has no Bayesian weights, so there is nothing to train as a posterior: no layer is annotated; put [Bayesian(...)] on a layer, "
        + "or on the class for all of them");

    [Fact]
    public Task ReportsANetworkWithoutWeights() => AnalyzerAssert.Reports(
        Network("[Bayesian(Gaussian)]", "[|BG0008:Net|]",
            "private readonly Dropout drop = Dropout(); private readonly Tensor scale = ones(1);"),
        "'Net' has no Bayesian weights, so there is nothing to train as a posterior: none of its members has weights");

    [Theory]
    [InlineData("[Deterministic] private readonly Linear fc = Linear(1, 1);")]
    [InlineData("private readonly BatchNorm1d norm = BatchNorm1d(1); private readonly int size = 1; private readonly string name = \"\";")]
    [InlineData(
        "private readonly Parameter scale = new(ones(1)); [Deterministic] private readonly Sequential body = Sequential(Linear(1, 1));")]
    [InlineData("[Deterministic] private readonly Module<Tensor, Tensor> any = Linear(1, 1);")]
    public Task ReportsANetworkWhoseLayersAreAllLeftOut(string members) =>
        AnalyzerAssert.Reports(Network("[Bayesian(Gaussian)]", "[|BG0008:Net|]", members));

    [Theory]
    [InlineData("[BayesianNetwork]", "[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);")]
    [InlineData("[Bayesian(Gaussian)]", "private readonly Linear fc = Linear(1, 1);")]
    [InlineData("[BayesianNetwork]", "private readonly Module<Tensor, Tensor> body = Linear(1, 1);")]
    [InlineData("[BayesianNetwork]", "private readonly Sequential body = Sequential(Linear(1, 1));")]
    [InlineData("[BayesianNetwork]", "private readonly object held = new();")]
    [InlineData(
        "[BayesianNetwork]", "private readonly Linear fc = Linear(1, 1); private void More() => register_module(\"more\", Linear(1, 1));")]
    [InlineData("[BayesianNetwork]", "private readonly Demo.Classifier inner = new();")]
    [InlineData("[BayesianNetwork]", "private readonly ModuleList<Demo.Classifier> inner = new();")]
    [InlineData("[Bayesian(Gaussian)]", "private readonly ModuleList<Linear> layers = new();")]
    public Task AcceptsNetworksThatHaveOrMayHaveBayesianWeights(string annotation, string members) => AnalyzerAssert.Reports(
        TestSources.Classifier.Replace("namespace Demo;", "namespace Demo {") + "}\n" + Network(annotation, "Net", members));

    [Fact]
    public Task AcceptsAnAbstractBaseClass() => AnalyzerAssert.Reports("""
        public abstract class Base : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear first = Linear(1, 1);
            protected Base(string name) : base(name) => RegisterComponents();
            public override Tensor forward(Tensor x) => first.call(x);
        }

        [BayesianNetwork] public sealed class Net() : Base("Net");
        """);

    private static string Network(string annotation, string name, string members) => $$"""
        {{annotation}}
        public sealed class {{name}} : Module<Tensor, Tensor>
        {
            {{members}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
