using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0101.</summary>
public sealed class NotADefaultLossTests
{
    [Theory]
    [InlineData("string", "'string' cannot be the loss of [BayesianNetwork]: it does not derive from VariationalLoss")]
    [InlineData(
        "VariationalLoss", "'VariationalLoss' cannot be the loss of [BayesianNetwork]: it is abstract; name a loss that can be created")]
    [InlineData("Scaled", "'Scaled' cannot be the loss of [BayesianNetwork]: it has no constructor without arguments that generated code can call; add one, or pass the loss to CreateTrainer")]
    public async Task ReportsALossThatCannotBeCreatedAndSaysWhy(string loss, string message)
    {
        var source = Network($"[|BG0101:BayesianNetwork(Loss = typeof({loss}))|]");
        await AnalyzerAssert.Reports(source, message);
        AnalyzerAssert.CompilesBeside(source);
    }

    [Theory]
    [InlineData("BayesianNetwork(Loss = typeof(ElboLoss))")]
    [InlineData("BayesianNetwork(Loss = typeof(RenyiLoss))")]
    [InlineData("BayesianNetwork(Loss = null)")]
    [InlineData("BayesianNetwork")]
    public Task AcceptsALossThatCanBeCreated(string attribute) => AnalyzerAssert.Reports(Network(attribute));

    private static string Network(string attribute) => $$"""
        [{{attribute}}]
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }

        public sealed class Scaled(double scale) : VariationalLoss, IScores<Posterior>
        {
            public Tensor Divergence(System.Collections.Generic.IReadOnlyList<IScoredWeights<Posterior>> weights) => zeros(1) * scale;
        }
        """;
}
