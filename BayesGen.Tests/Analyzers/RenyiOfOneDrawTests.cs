using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0203.</summary>
public sealed class RenyiOfOneDrawTests
{
    [Fact]
    public Task ReportsRenyiLossWithoutSamples() => AnalyzerAssert.Reports(
        Using("model.CreateTrainer(new RenyiLoss(0.5), [|BG0203:new TrainerOptions|] { Epochs = 2 })"),
        "RenyiLoss weighs the draws of a step against each other, and there is one: Samples is not set, and its default is 1; "
        + "set it to 2 or more, or use ElboLoss");

    [Theory]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), new TrainerOptions { Samples = [|BG0203:1|] })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(), [|BG0203:new()|])")]
    [InlineData("model.CreateTrainer(loss, new TrainerOptions { Samples = [|BG0203:1|] })")]
    [InlineData("new VariationalTrainer(model, model.call, new RenyiLoss(), new TrainerOptions { Samples = [|BG0203:1|] })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(), [|BG0203:Plain|])")]
    [InlineData("model.CreateTrainer(new RenyiLoss(), [|BG0203:Arrow|])")]
    [InlineData("model.CreateTrainer(new RenyiLoss(), [|BG0203:Plain with { Epochs = 3 }|])")]
    [InlineData("model.CreateTrainer(new RenyiLoss(), Shared with { Samples = [|BG0203:1|] })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(), Made() with { Samples = [|BG0203:1|] })")]
    [InlineData("model.CreateTrainer(new R(), new TrainerOptions { Samples = [|BG0203:1|] })")]
    [InlineData("new VariationalTrainer(model, model.call, Held, new TrainerOptions { Samples = [|BG0203:1|] })")]
    [InlineData("new VariationalTrainer(Any, model.call, new RenyiLoss(), [|BG0203:new()|])")]
    public Task ReportsRenyiLossWithOneSample(string call) => AnalyzerAssert.Reports(Using(call));

    [Fact]
    public Task ReportsRenyiLossOfTheNetworkAttribute() => AnalyzerAssert.Reports(
        Using("model.CreateTrainer([|BG0203:new TrainerOptions()|])")
            .Replace("public sealed class Net", "[BayesianNetwork(Loss = typeof(RenyiLoss))] public sealed class Net"));

    [Theory]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), new TrainerOptions { Samples = 4 })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), new TrainerOptions { Samples = count })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), Shared)")]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), Shared with { Epochs = 3 })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), Plain with { Samples = 2 })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), Made())")]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), Changed)")]
    [InlineData("model.CreateTrainer(new ElboLoss(), new TrainerOptions())")]
    [InlineData("model.CreateTrainer(new TrainerOptions { Samples = 1 })")]
    public Task AcceptsTwoOrMoreSamples(string call) => AnalyzerAssert.Reports(Using(call));

    private static string Using(string call) => $$"""
        using R = BayesGen.RenyiLoss;

        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(4, 3);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }

        public static class User
        {
            private static readonly TrainerOptions Shared = new() { Samples = 8 };
            private static readonly TrainerOptions Plain = new();
            private static TrainerOptions Arrow => new() { Epochs = 2 };
            private static TrainerOptions Changed = new();
            private static readonly VariationalLoss Held = new RenyiLoss();
            private static readonly IBayesianNetwork Any = new BayesianNet(new Net());
            private static TrainerOptions Made() { Changed = new() { Samples = 3 }; return Changed; }
            public static object Train(BayesianNet model, RenyiLoss loss, int count) => {{call}};
        }
        """;
}
