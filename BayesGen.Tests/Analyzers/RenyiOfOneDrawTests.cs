using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0203.</summary>
public sealed class RenyiOfOneDrawTests
{
    [Fact]
    public Task NoSamples() => AnalyzerAssert.Reports(
        Using("model.CreateTrainer(new RenyiLoss(0.5), [|BG0203:new TrainerOptions|] { Epochs = 2 })"),
        "RenyiLoss weighs the draws of a step against each other, and there is one: Samples is not set, and its default is 1; "
        + "set it to 2 or more, or use ElboLoss");

    [Theory]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), new TrainerOptions { Samples = [|BG0203:1|] })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(), [|BG0203:new()|])")]
    [InlineData("model.CreateTrainer(loss, new TrainerOptions { Samples = [|BG0203:1|] })")]
    [InlineData("new VariationalTrainer(model, model.call, new RenyiLoss(), new TrainerOptions { Samples = [|BG0203:1|] })")]
    public Task OneDraw(string call) => AnalyzerAssert.Reports(Using(call));

    [Fact]
    public Task TheLossOfTheNetwork() => AnalyzerAssert.Reports(
        Using("model.CreateTrainer([|BG0203:new TrainerOptions()|])").Replace("public sealed class Net", "[BayesianNetwork(Loss = typeof(RenyiLoss))] public sealed class Net"));

    [Theory]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), new TrainerOptions { Samples = 4 })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), new TrainerOptions { Samples = count })")]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), Shared)")]
    [InlineData("model.CreateTrainer(new RenyiLoss(0.5), Shared with { Epochs = 3 })")]
    [InlineData("model.CreateTrainer(new ElboLoss(), new TrainerOptions())")]
    [InlineData("model.CreateTrainer(new TrainerOptions { Samples = 1 })")]
    public Task WhatFitsIsFine(string call) => AnalyzerAssert.Reports(Using(call));

    private static string Using(string call) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(4, 3);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }

        public static class User
        {
            private static readonly TrainerOptions Shared = new() { Samples = 8 };
            public static object Train(BayesianNet model, RenyiLoss loss, int count) => {{call}};
        }
        """;
}
