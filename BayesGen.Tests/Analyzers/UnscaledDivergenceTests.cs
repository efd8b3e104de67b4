using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0207.</summary>
public sealed class UnscaledDivergenceTests
{
    private const string Weighs =
        ", and the divergence of all weights stands beside the fit of one example: it weighs N times as much as in the ELBO; ";

    [Theory]
    [InlineData("DivergenceScale = [|BG0207:DivergenceScale.None|]", "Beta is not set, and its default rises to 1")]
    [InlineData("DivergenceScale = [|BG0207:DivergenceScale.None|], Beta = 1", "Beta is 1")]
    [InlineData("DivergenceScale = [|BG0207:DivergenceScale.None|], Beta = new ConstantBeta(2.5)", "Beta is 2.5")]
    [InlineData("DivergenceScale = [|BG0207:DivergenceScale.None|], Beta = new LinearWarmup(3)", "Beta is 1")]
    public Task ReportsBetaOneInTheOptionsOfATrainer(string options, string beta) => AnalyzerAssert.Reports(
        Using($"model.CreateTrainer(new TrainerOptions {{ {options} }})"),
        beta + Weighs + "use DivergenceScale.PerExample, or a beta of about 1 / N");

    [Theory]
    [InlineData("model.CreateTrainer(Shared with { DivergenceScale = [|BG0207:DivergenceScale.None|] })")]
    [InlineData("model.CreateTrainer([|BG0207:AsPython|])")]
    [InlineData("model.CreateTrainer([|BG0207:AsPython|] with { Epochs = 2 })", true)]
    public Task ReportsBetaOneInOptionsHeldByAVariable(string call, bool wholeArgument = false) => AnalyzerAssert.Reports(
        Using(wholeArgument ? call.Replace("|] with { Epochs = 2 }", " with { Epochs = 2 }|]") : call));

    [Theory]
    [InlineData("loss.Aggregate([nn.functional.cross_entropy(model.call(x), y)], [d], [|BG0207:1.0|])")]
    [InlineData("loss.Aggregate(new[] { nn.functional.mse_loss(model.call(x), y) }, new[] { d }, beta: [|BG0207:1|], examples: 1)")]
    public Task ReportsBetaOneInAStepByHand(string call) => AnalyzerAssert.Reports(
        Using(call), "Beta is 1" + Weighs + "give Aggregate the number of training examples, or a beta of about 1 / N");

    [Theory]
    [InlineData("model.CreateTrainer(new TrainerOptions())")]
    [InlineData("model.CreateTrainer(new TrainerOptions { DivergenceScale = DivergenceScale.PerExample })")]
    [InlineData("model.CreateTrainer(new TrainerOptions { DivergenceScale = DivergenceScale.None, Beta = 1e-4 })")]
    [InlineData("model.CreateTrainer(new TrainerOptions { DivergenceScale = DivergenceScale.None, Beta = 1.0 / n })")]
    [InlineData("model.CreateTrainer(new TrainerOptions { DivergenceScale = DivergenceScale.None, Beta = new LinearWarmup(3, to: 1e-4) })")]
    [InlineData("model.CreateTrainer(new TrainerOptions { DivergenceScale = DivergenceScale.None, Beta = new PlateauBeta(1, 0.1, 3) })")]
    [InlineData("model.CreateTrainer(AsPython with { Beta = 1e-4 })")]
    [InlineData("model.CreateTrainer(AsPython with { DivergenceScale = DivergenceScale.PerExample })")]
    [InlineData("loss.Aggregate([nn.functional.cross_entropy(model.call(x), y)], [d], 1.0, n)")]
    [InlineData("loss.Aggregate([nn.functional.cross_entropy(model.call(x), y)], [d], 1e-4)")]
    [InlineData("loss.Aggregate([nn.functional.cross_entropy(model.call(x), y, reduction: Reduction.Sum)], [d], 1.0)")]
    [InlineData("loss.Aggregate([x.mean() * 3], [d], 1.0)")]
    public Task AcceptsSharedDivergencesAndSmallBetas(string call) => AnalyzerAssert.Reports(Using(call));

    private static string Using(string call) => TestSources.Classifier + $$"""

        public static class User
        {
            private static readonly TrainerOptions Shared = new();
            private static TrainerOptions AsPython { get; } = new() { DivergenceScale = DivergenceScale.None };
            public static object Use(BayesianClassifier model, ElboLoss loss, Tensor x, Tensor y, Tensor d, long n) => {{call}};
        }
        """;
}
