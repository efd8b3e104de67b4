using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0205.</summary>
public sealed class ForwardWithoutHookTests
{
    private const string Local = "[Bayesian(Gaussian, Estimator = Estimator.Local)] ";

    [Fact]
    public Task ReportsForwardInsteadOfCall() => AnalyzerAssert.Reports(
        Network(Local + "private readonly Linear fc = Linear(1, 1);", "[|BG0205:fc.forward(x.relu())|]"),
        "'fc' gets its noise from Estimator.Local by a hook, and TorchSharp runs hooks for call() alone: write fc.call(x.relu())");

    [Theory]
    [InlineData("private readonly Conv2d layer = Conv2d(1, 1, 1);", "[|BG0205:this.layer.forward(x)|]")]
    [InlineData("private Linear Layer { get; } = Linear(1, 1);", "[|BG0205:Layer.forward(x)|]")]
    [InlineData("private readonly Module<Tensor, Tensor> layer = Linear(1, 1);", "[|BG0205:layer.forward(x)|]")]
    [InlineData("private readonly ModuleList<Linear> layers = new(Linear(1, 1));", "[|BG0205:layers[0].forward(x)|]")]
    [InlineData("private readonly ModuleList<Linear> layers = new(Linear(1, 1));",
        "Run(x); } private Tensor Run(Tensor x) { foreach (var layer in layers) x = [|BG0205:layer.forward(x)|]; return x")]
    [InlineData("private readonly Linear fc = Linear(1, 1);",
        "Run(x); } private Tensor Run(Tensor x) { var layer = fc; return [|BG0205:layer.forward(x)|]")]
    [InlineData("private readonly Linear? fc = Linear(1, 1);", "fc![|BG0205:.forward|](x)")]
    [InlineData("private readonly Linear fc = Linear(1, 1);",
        "Twice([|BG0205:fc.forward|], x); } private Tensor Twice(Func<Tensor, Tensor> f, Tensor x) { return f(f(x))")]
    public Task ReportsEveryWayToCallForward(string member, string forward) => AnalyzerAssert.Reports(
        Network(Local + member, forward.Replace("fc![|BG0205:.forward|](x)", "[|BG0205:fc!.forward(x)|]")));

    [Fact]
    public Task ReportsLayersUnderAnAnnotationOfTheClass() => AnalyzerAssert.Reports(Local + Network(
        "private readonly Linear fc = Linear(1, 1); [Deterministic] private readonly Linear plain = Linear(1, 1); [Bayesian(Gaussian)] private readonly Linear other = Linear(1, 1);",
        "[|BG0205:fc.forward(plain.forward(other.forward(x)))|]"));

    [Fact]
    public Task ReportsALayerOfTheBaseClass() => AnalyzerAssert.Reports("""
        public abstract class Base : Module<Tensor, Tensor>
        {
            protected readonly Linear fc = Linear(1, 1);
            protected Base(string name) : base(name) => RegisterComponents();
        }

        [Bayesian(Gaussian, Estimator = Estimator.Local)]
        public sealed class Net() : Base("Net")
        {
            public override Tensor forward(Tensor x) => [|BG0205:fc.forward(x)|];
        }
        """);

    [Fact]
    public Task ReportsAFunctionOfTheWeights() => AnalyzerAssert.Reports(
        Network(Local + "private readonly Linear fc = Linear(1, 1);", "[|BG0205:nn.functional.linear(x, fc.weight, fc.bias)|]"),
        "'fc' gets its noise from Estimator.Local by a hook, and TorchSharp runs hooks for call() alone: write fc.call(x)");

    [Theory]
    [InlineData("Linear fc = Linear(1, 1)", "nn.functional.linear(x, fc.weight)")]
    [InlineData("Conv2d fc = Conv2d(1, 1, 1)", "nn.functional.conv2d(x, fc.weight, fc.bias)")]
    public Task OffersTheWholeLayerForAFunctionThatMayDoMore(string layer, string call) => AnalyzerAssert.Reports(
        Network(Local + $"private readonly {layer};", $"[|BG0205:{call}|]"),
        "'fc' gets its noise from Estimator.Local by a hook, and TorchSharp runs hooks for call() alone: run the layer itself, by fc.call(...)");

    [Theory]
    [InlineData(Local + "private readonly Linear fc = Linear(1, 1);", "fc.call(x)")]
    [InlineData("[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);", "fc.forward(x)")]
    [InlineData("[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);", "nn.functional.linear(x, fc.weight)")]
    [InlineData(Local + "private readonly Sequential body = Sequential(Linear(1, 1));", "body.forward(x)")] // It runs its layers by call().
    [InlineData(Local + "private readonly Module<Tensor, Tensor> body = Sequential(Linear(1, 1));", "body.forward(x)")]
    [InlineData(Local + "private readonly Linear fc = Linear(1, 1); private readonly ReLU relu = ReLU();", "relu.forward(fc.call(x))")]
    public Task AcceptsCallsThatRunTheHook(string members, string forward) => AnalyzerAssert.Reports(Network(members, forward));

    /// <summary>The wrapper's own forward calls the network.</summary>
    [Fact]
    public Task AcceptsForwardOfTheWrapper() => AnalyzerAssert.Reports(
        TestSources.Classifier
            + "public static class User { public static Tensor Run(BayesianClassifier model, Tensor x) => model.forward(x); }");

    private static string Network(string members, string forward) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) { return {{forward}}; }
        }
        """;
}
