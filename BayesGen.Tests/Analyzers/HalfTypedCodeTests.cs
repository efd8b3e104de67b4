using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>An editor runs every rule while the developer types, and a rule that throws is switched off.</summary>
[Trait("Lane", "Slow")]
public sealed class HalfTypedCodeTests
{
    private const string Source = """
        [BayesianNetwork(Loss = typeof(GaussianKLLoss)), Bayesian(LogUniform, PriorScale = 2)]
        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian), Deterministic] private readonly Linear fc;
            [Bayesian(Gaussian, Estimator = Estimator.Local, Prior = typeof(LogUniformPrior))] private readonly Linear local = Linear(1, 1);
            [FormerlyKnownAs("old"), FormerlyKnownAs("fc")] private readonly Linear head = Linear(1, 1);
            [Deterministic] public ReLU Relu { get; } = ReLU();
            private readonly System.Collections.Generic.List<Linear> blocks = [Linear(1, 1)];
            public Net() : base("Net") { RegisterComponents(); fc = Linear(1, 1); blocks.Add(Linear(2, 2)); }
            public override Tensor forward(Tensor x) { x = local.forward(x); return fc.call(x).softmax(1); }
        }

        public static class User
        {
            public static void Use(Tensor x, Tensor y, (Tensor, Tensor)[] data)
            {
                var network = new Net();
                using var model = new BayesianNet(network);
                model.Network.to(CPU); network.to(CPU); using var adam = optim.Adam(network.parameters());
                var options = new TrainerOptions { Samples = 1, FitLoss = FitLoss.CrossEntropy, Threshold = 1.0 } with { Epochs = 2, DivergenceScale = DivergenceScale.None };
                using var trainer = model.CreateTrainer(new RenyiLoss(), options);
                trainer.Evaluate(data, 1.0); model.Prune(new() { [Gaussian] = 1.0, ["fc.weight"] = 2.0 });
                using var draw = model.Draw();
                var terms = new RenyiLoss().Aggregate([model.call(x).sum()], [new ElboLoss().Divergence(draw)], 1.0);
                terms.Total.backward();
                var sum = new FitLoss("sum", (output, target) => nn.functional.mse_loss(output, target, Reduction.Sum));
            }
        }
        """;

    private static readonly FileBeside State = new(
        "/project/BayesGen.State.txt", "Net: fc.weight -> Gaussian\nNet: gone.* -> Deterministic\nOther: a -> b\nNet");

    /// <summary>The source as it grows.</summary>
    [Fact]
    public async Task NoRuleThrowsOnCodeCutOffAnywhere()
    {
        for (var length = 1; length <= Source.Length; length += 23)
            await GeneratorHarness.Analyze(GeneratorHarness.Compile(Source[..length]), State);
        await GeneratorHarness.Analyze(GeneratorHarness.Compile(Source), State);
    }

    /// <summary>Nor where a piece is missing.</summary>
    [Fact]
    public async Task NoRuleThrowsOnCodeWithAGapAnywhere()
    {
        for (var start = 0; start + 12 <= Source.Length; start += 37)
            await GeneratorHarness.Analyze(GeneratorHarness.Compile(Source.Remove(start, 12)), State);
    }
}
