using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0201.</summary>
public sealed class SoftmaxTwiceTests
{
    private const string Logits = "fc.call(x)";

    [Fact]
    public Task ReportsASoftmaxBeforeTheDefaultCrossEntropy() => AnalyzerAssert.Reports(
        Network("=> fc.call(x).softmax(1);", "model.CreateTrainer([|BG0201:new TrainerOptions()|])"),
        "'Net.forward' ends in softmax, and FitLoss.CrossEntropy takes logits, to which it applies log-softmax itself; return the logits");

    [Theory]
    [InlineData("new TrainerOptions { FitLoss = [|BG0201:FitLoss.CrossEntropy|] }")]
    [InlineData("new TrainerOptions { Likelihood = [|BG0201:Likelihood.Categorical(ignoredLabel: 255)|] }")]
    [InlineData("[|BG0201:Shared|]")]
    [InlineData("[|BG0201:Shared with { Epochs = 3 }|]")]
    [InlineData("new TrainerOptions { FitLoss = [|BG0201:Held|] }")]
    [InlineData("[|BG0201:new()|] { Epochs = 3 }")]
    [InlineData("[|BG0201:new TrainerOptions|] { Epochs = 3 }")]
    public Task ReportsEveryWayToNameCrossEntropy(string options) =>
        AnalyzerAssert.Reports(Network("=> nn.functional.softmax(fc.call(x), 1);", $"model.CreateTrainer(new ElboLoss(), {options})"));

    [Theory]
    [InlineData("=> nn.functional.log_softmax(fc.call(x), 1);")]
    [InlineData("{ var y = fc.call(x); return y.log_softmax(-1); }")]
    [InlineData("{ if (x.dim() == 1) return fc.call(x).softmax(0); return fc.call(x).softmax(1); }")]
    [InlineData("=> soft.call(fc.call(x));")]
    [InlineData("=> seq.call(x);")]
    [InlineData("=> named.call(x);")]
    [InlineData("=> fc.call(x).softmax(1).MoveToOuterDisposeScope();")]
    [InlineData("{ var y = fc.call(x); var p = y.softmax(1); return p; }")]
    [InlineData("{ x = fc.call(x); x = x.softmax(1); return x; }")]
    [InlineData("{ var y = fc.call(x); if (training) y = y + 1; y = nn.functional.softmax(y, 1); return y; }")]
    [InlineData("=> any.call(fc.call(x));")]
    [InlineData("=> (Tensor)soft.forward(fc.call(x));")]
    public Task ReportsEveryWayToEndInASoftmax(string forward) =>
        AnalyzerAssert.Reports(Network(forward, "model.CreateTrainer([|BG0201:new TrainerOptions()|])"));

    [Theory]
    [InlineData(
        "new FitLoss(\"mine\", (output, target) => nn.functional.cross_entropy(output, target, label_smoothing: 0.1))", "cross_entropy")]
    [InlineData("new FitLoss(\"mine\", CrossEntropyLoss().call)", "CrossEntropyLoss")]
    public Task ReportsASoftmaxBeforeACustomCrossEntropy(string loss, string name) => AnalyzerAssert.Reports(
        Network("=> fc.call(x).softmax(1);", $"model.CreateTrainer(new TrainerOptions {{ FitLoss = [|BG0201:{loss}|] }})"),
        $"'Net.forward' ends in softmax, and {name} takes logits, to which it applies log-softmax itself; return the logits");

    [Theory]
    [InlineData("nn.functional.cross_entropy([|BG0201:model.call(x)|], y)")]
    [InlineData("nn.functional.cross_entropy([|BG0201:net.call(x)|], y)")]
    [InlineData("CrossEntropyLoss().call([|BG0201:model.forward(x)|], y)")]
    public Task ReportsASoftmaxInAStepByHand(string fit) => AnalyzerAssert.Reports(Network("=> fc.call(x).softmax(1);", "null").Replace(
        "/* more */", $"private static Tensor Fit(BayesianNet model, Net net, Tensor x, Tensor y) => {fit};"));

    [Fact]
    public Task ReportsOptionsInALocalVariable() => AnalyzerAssert.Reports(Network(
        "=> fc.call(x).softmax(1);", "Made(model)").Replace("/* more */", """
            private static VariationalTrainer Made(BayesianNet model)
            {
                var options = [|BG0201:new TrainerOptions|] { Epochs = 2 };
                return model.CreateTrainer(options);
            }
            """));

    [Theory]
    [InlineData("=> " + Logits + ";", "model.CreateTrainer(new TrainerOptions())")]
    [InlineData("=> fc.call(x.softmax(1));", "model.CreateTrainer(new TrainerOptions())")]
    [InlineData("=> plain.call(x);", "model.CreateTrainer(new TrainerOptions())")]
    [InlineData("{ Tensor Soft(Tensor y) { return y.softmax(1); } return fc.call(Soft(x)); }", "model.CreateTrainer(new TrainerOptions())")]
    [InlineData("=> fc.call(x).log_softmax(1);",
        "model.CreateTrainer(new TrainerOptions { FitLoss = new FitLoss(\"nll\", (o, t) => nn.functional.nll_loss(o, t)) })")]
    [InlineData("{ x = x.softmax(1); x = fc.call(x); return x; }", "model.CreateTrainer(new TrainerOptions())")]
    [InlineData("{ var y = x.softmax(1); if (training) y = fc.call(x); return y; }", "model.CreateTrainer(new TrainerOptions())")]
    [InlineData("=> fc.call(x).softmax(1);", "model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError })")]
    [InlineData("=> fc.call(x).softmax(1);", "model.CreateTrainer(new TrainerOptions { Likelihood = Likelihood.Gaussian(0.1) })")]
    [InlineData("=> fc.call(x).softmax(1);", "nn.functional.mse_loss(model.call(ones(1)), ones(1))")]
    [InlineData("=> fc.call(x).softmax(1);", "nn.functional.cross_entropy(model.call(ones(1)).log(), ones(1))")]
    [InlineData("=> fc.call(x).softmax(1);", "null")]
    [InlineData("{ if (training) return fc.call(x); return fc.call(x).softmax(1); }", "model.CreateTrainer(new TrainerOptions())")]
    [InlineData("{ var y = fc.call(x); if (!training) return y.softmax(1); return y; }", "model.CreateTrainer(new TrainerOptions())")]
    [InlineData("{ var y = fc.call(x); return training ? y : y.softmax(1); }", "model.CreateTrainer(new TrainerOptions())")]
    [InlineData("{ var y = fc.call(x); if (!training) y = y.softmax(1); return y; }", "model.CreateTrainer(new TrainerOptions())")]
    public Task AcceptsLogitsAndLossesOnProbabilities(string forward, string trainer) => AnalyzerAssert.Reports(Network(forward, trainer));

    private static string Network(string forward, string trainer) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(4, 3);
            private readonly Softmax soft = Softmax(1);
            private readonly Module<Tensor, Tensor> any = Softmax(1);
            private readonly Sequential plain = Sequential(Softmax(1), Linear(4, 3));
            private readonly Sequential seq = Sequential(Linear(4, 3), Softmax(1));
            private readonly Sequential named = Sequential(("fc", Linear(4, 3)), ("soft", LogSoftmax(1)));
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) {{forward}}
        }

        public static class User
        {
            private static readonly TrainerOptions Shared = new();
            private static readonly FitLoss Held = FitLoss.CrossEntropy;
            public static object? Train(BayesianNet model) => {{trainer}};
            /* more */
            public static object Default => Shared;
        }
        """;
}
