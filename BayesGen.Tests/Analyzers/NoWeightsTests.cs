using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0002.</summary>
public sealed class NoWeightsTests
{
    [Fact]
    public Task ReportsAMemberThatHoldsNeitherModuleNorParameter() => AnalyzerAssert.Reports(
        Network("[Bayesian(Gaussian)] private readonly Tensor [|BG0002:buffer|] = ones(1);"),
        "'buffer' cannot be Bayesian: it holds Tensor, which is neither a module nor a Parameter");

    [Theory]
    [InlineData("System.Collections.Generic.List<Linear>", "[]")]
    [InlineData("System.Collections.Generic.IReadOnlyList<Linear>", "[]")]
    [InlineData("Linear[]", "[Linear(1, 1)]")]
    [InlineData("System.Collections.Generic.Dictionary<string, Linear>", "[]")]
    public Task ReportsACollectionOfLayers(string type, string value) => AnalyzerAssert.Reports(
        Network($"[Bayesian(Gaussian)] private readonly {type} [|BG0002:layers|] = {value};"),
        $"'layers' cannot be Bayesian: it holds {type.Replace("System.Collections.Generic.", "")}, which is neither a module nor a Parameter");

    [Fact]
    public Task ReportsALayerWithoutWeights() => AnalyzerAssert.Reports(
        Network("[Bayesian(Gaussian)] private readonly ReLU [|BG0002:relu|] = ReLU();"),
        "'relu' cannot be Bayesian: ReLU has no weights; remove the annotation");

    [Fact]
    public Task ReportsAComputedProperty() => AnalyzerAssert.Reports(
        Network("private readonly Linear fc = Linear(1, 1); [Bayesian(Gaussian)] public Linear [|BG0002:Fc|] => fc;"),
        "'Fc' cannot be Bayesian: it is no auto-property, so it holds nothing itself; annotate the field that holds the layer");

    [Fact]
    public Task ReportsAnAnnotationOnTheBackingFieldOfAProperty() => AnalyzerAssert.Reports(
        Network("[field: Bayesian(Gaussian)] public Linear [|BG0002:Fc|] { get; } = Linear(1, 1);"),
        "'Fc' cannot be Bayesian: its annotation stands on the field behind it; put it on the property itself, without 'field:'");

    [Fact]
    public Task ReportsAStaticField() => AnalyzerAssert.Reports(
        Network("[Bayesian(Gaussian)] private static readonly Linear [|BG0002:Shared|] = Linear(1, 1);"),
        "'Shared' cannot be Bayesian: it is static, so it is no part of a network object");

    [Fact]
    public Task AcceptsLayersOfEveryKind() => AnalyzerAssert.Reports(Network("""
        [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
        [Bayesian(Gaussian)] private readonly LSTM lstm = LSTM(1, 1);
        [Bayesian(Gaussian)] private readonly Module<Tensor, Tensor> any = Linear(1, 1);
        [Bayesian(Gaussian)] private readonly IModule<Tensor, Tensor> shape = Linear(1, 1);
        [Bayesian(Gaussian)] private readonly ModuleList<Linear> list = new();
        [Bayesian(Gaussian)] private readonly BatchNorm1d norm = BatchNorm1d(1);
        [Bayesian(Gaussian)] private readonly Parameter scale = new(ones(1));
        """));

    [Fact]
    public async Task AcceptsAPartialPropertyWithAFieldOfItsOwn()
    {
        const string source = """
            public sealed partial class Net : Module<Tensor, Tensor>
            {
                public Net() : base("Net")
                {
                    Fc = Linear(1, 1);
                    RegisterComponents();
                }

                [Bayesian(Gaussian)] public partial Linear Fc { get; private set; }
                public override Tensor forward(Tensor x) => Fc.call(x);
            }

            public sealed partial class Net
            {
                public partial Linear Fc { get => field; private set => field = value; }
            }
            """;
        await AnalyzerAssert.Reports(source);
        Assert.Contains("network.Fc", GeneratorHarness.Run(source).Compiles()["BayesianNet.g.cs"]);
    }

    [Fact]
    public void TheWrapperIsGeneratedDespiteTheError() => AnalyzerAssert.CompilesBeside(
        Network("[Bayesian(Gaussian)] private readonly Tensor buffer = ones(1);") + "class User { public BayesianNet? Model; }");

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
