using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0215 and its fix.</summary>
public sealed class SigmoidTwiceTests
{
    private const string WithLogits = "new FitLoss(\"bce\", (o, t) => nn.functional.binary_cross_entropy_with_logits(o, t))";

    [Fact]
    public Task ReportsASigmoidBeforeALossOnLogits() => AnalyzerAssert.Reports(
        Network("=> fc.call(x).sigmoid();", Trainer($"[|BG0215:{WithLogits}|]")),
        "'Net.forward' ends in sigmoid, and binary_cross_entropy_with_logits takes logits, to which it applies the sigmoid itself; return the logits");

    [Fact]
    public Task ReportsASigmoidBeforeBernoulli() => AnalyzerAssert.Reports(
        Network("=> fc.call(x).sigmoid();", "model.CreateTrainer(new TrainerOptions { Likelihood = [|BG0215:Likelihood.Bernoulli()|] })"),
        "'Net.forward' ends in sigmoid, and Likelihood.Bernoulli takes logits, to which it applies the sigmoid itself; return the logits");

    [Theory]
    [InlineData("=> torch.sigmoid(fc.call(x));", "nn.functional.binary_cross_entropy_with_logits([|BG0215:model.call(x)|], y)")]
    [InlineData("=> gate.call(fc.call(x));", "BCEWithLogitsLoss().call([|BG0215:model.call(x)|], y)")]
    [InlineData("=> seq.call(x);", "nn.functional.binary_cross_entropy_with_logits([|BG0215:model.call(x)|], y)")]
    public Task ReportsEveryWayToEndInASigmoid(string forward, string use) => AnalyzerAssert.Reports(Network(forward, use));

    [Theory]
    [InlineData("=> fc.call(x);", "nn.functional.binary_cross_entropy_with_logits(model.call(x), y)")]
    [InlineData("=> fc.call(x).sigmoid();", "nn.functional.binary_cross_entropy(model.call(x), y)")]
    [InlineData("=> fc.call(x).sigmoid();", "nn.functional.mse_loss(model.call(x), y)")]
    [InlineData("{ var z = fc.call(x); if (!training) return z.sigmoid(); return z; }",
        "nn.functional.binary_cross_entropy_with_logits(model.call(x), y)")]
    [InlineData("=> fc.call(x.sigmoid());", "nn.functional.binary_cross_entropy_with_logits(model.call(x), y)")]
    public Task AcceptsLogitsAndLossesOnProbabilities(string forward, string use) => AnalyzerAssert.Reports(Network(forward, use));

    [Fact]
    public Task FixRemovesTheSigmoid() => CodeFixAssert.Fixes<SoftmaxCodeFix>(
        Network("=> fc.call(x).sigmoid();", Trainer(WithLogits)), "Remove the sigmoid", Network("=> fc.call(x);", Trainer(WithLogits)));

    private static string Trainer(string loss) => $"model.CreateTrainer(new TrainerOptions {{ FitLoss = {loss} }})";

    private static string Network(string forward, string use) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(4, 2);
            private readonly Sigmoid gate = Sigmoid();
            private readonly Sequential seq = Sequential(Linear(4, 2), Sigmoid());
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) {{forward}}
        }

        public static class User
        {
            public static object Use(BayesianNet model, Tensor x, Tensor y) => {{use}};
        }
        """;
}
