using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0206.</summary>
public sealed class WrongReductionTests
{
    private const string TakenForOne =
        "the sum over the batch, and FitReduction.Mean, the default, has the trainer take it for one example's; declare FitReduction.Sum";

    private const string DividedTwice =
        "the mean over the batch, and FitReduction.Sum has the trainer divide it by the number of examples once more; declare FitReduction.Mean";

    [Theory]
    [InlineData("""new FitLoss("a", (o, t) => [|BG0206:nn.functional.mse_loss(o, t, Reduction.Sum)|])""", "mse_loss", TakenForOne)]
    [InlineData("""new FitLoss("a", (o, t) => [|BG0206:nn.functional.cross_entropy(o, t, reduction: Reduction.Sum)|], FitReduction.Mean)""",
        "cross_entropy", TakenForOne)]
    [InlineData("""new FitLoss("a", (o, t) => { return [|BG0206:(o - t).square().sum()|]; })""", "sum", TakenForOne)]
    [InlineData("""new FitLoss("a", (o, t) => [|BG0206:nn.functional.mse_loss(o, t, Reduction.None).sum()|])""", "mse_loss", TakenForOne)]
    [InlineData("""new FitLoss("a", (o, t) => { var error = o - t; return [|BG0206:error.square().sum()|]; })""", "sum", TakenForOne)]
    [InlineData("""new FitLoss("a", [|BG0206:MSELoss(Reduction.Sum).call|])""", "MSELoss", TakenForOne)]
    [InlineData("""new FitLoss("a", (o, t) => [|BG0206:Module.call(o, t)|])""", "MSELoss", TakenForOne)]
    [InlineData("""new FitLoss("a", (o, t) => [|BG0206:nn.functional.mse_loss(o, t)|], FitReduction.Sum)""", "mse_loss", DividedTwice)]
    [InlineData("""new FitLoss("a", (o, t) => [|BG0206:(o - t).square().mean()|], Reduction: FitReduction.Sum)""", "mean", DividedTwice)]
    [InlineData(
        """new FitLoss("a", (o, t) => [|BG0206:nn.functional.nll_loss(o, t, reduction: Reduction.None)|])""", "nll_loss",
        "a number for each example, and a fit loss is one number; use Reduction.Mean")]
    public Task ReportsAFitLossDeclaredWithTheWrongReduction(string loss, string name, string message) =>
        AnalyzerAssert.Reports(Using($"private static readonly FitLoss Fit = {loss};"), $"'{name}' returns {message}");

    [Fact]
    public Task ReportsEveryReturnOfTheFunction() => AnalyzerAssert.Reports(Using("""
        private static FitLoss Fit(bool on) => new("a", (o, t) =>
        {
            if (on)
                return [|BG0206:nn.functional.mse_loss(o, t, Reduction.Sum)|];
            var loss = [|BG0206:nn.functional.l1_loss(o, t, Reduction.Sum)|];
            return loss;
        });
        """));

    [Theory]
    [InlineData("[|BG0206:nn.functional.cross_entropy(model.call(x), y, reduction: Reduction.Sum)|]", "cross_entropy")]
    [InlineData("[|BG0206:nn.functional.mse_loss(model.call(x), y, Reduction.None).sum()|]", "mse_loss")]
    public Task ReportsASumInAStepByHand(string fit, string name) => AnalyzerAssert.Reports(
        Using($$"""
            private static void Step(BayesianClassifier model, ElboLoss loss, Tensor x, Tensor y, long count)
            {
                using var draw = model.Draw();
                var fit = {{fit}};
                draw.Backward(loss.Aggregate([fit], [loss.Divergence(draw)], 1.0, count).Total);
            }
            """),
        $"'{name}' returns the sum over the batch, and Aggregate adds beta * divergence / N, which belongs to the mean; use Reduction.Mean");

    [Theory]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => nn.functional.mse_loss(o, t, Reduction.Sum), FitReduction.Sum);""")]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => nn.functional.mse_loss(o, t, Reduction.Sum) / t.shape[0]);""")]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => nn.functional.cross_entropy(o, t));""")]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => nn.functional.mse_loss(o, t, Reduction.None).sum(1).mean());""")]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => (o - t).square().sum(), FitReduction.Sum);""")]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => nn.functional.cross_entropy(o, t).sum());""")]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => (o - t).square().mean([0L]).sum());""")]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => ((o - t).square() / t.shape[0]).sum());""")]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => { var each = (o - t).mean([0L]); return each.square().sum(); });""")]
    [InlineData(
        """FitLoss Fit() => new("a", (o, t) => { var each = (o - t).mean([0L]); var twice = each + each; return twice.sum(); });""")]
    [InlineData("""FitLoss Fit() => new("a", (o, t) => (o - t).square().sum([0L]).mean(), FitReduction.Sum);""")]
    [InlineData("""FitLoss Fit(FitReduction own) => new("a", (o, t) => nn.functional.cross_entropy(o, t), own);""")]
    [InlineData("""FitLoss Fit(Reduction own) => new("a", (o, t) => nn.functional.cross_entropy(o, t, reduction: own));""")]
    [InlineData("FitLoss Fit() => FitLoss.SquaredError;")]
    [InlineData(
        "LossTerms Step(ElboLoss loss, Tensor x, Tensor d) => loss.Aggregate([nn.functional.mse_loss(x, x, Reduction.Sum)], [d], 1.0);")]
    [InlineData("LossTerms Step(ElboLoss loss, Tensor x, Tensor d) => loss.Aggregate([nn.functional.mse_loss(x, x)], [d], 1.0, 100);")]
    public Task AcceptsAReductionThatMatchesItsDeclaration(string member) => AnalyzerAssert.Reports(Using("private static " + member));

    private static string Using(string member) => TestSources.Classifier + $$"""

        public static class User
        {
            private static readonly MSELoss Module = MSELoss(Reduction.Sum);
            {{member}}
        }
        """;
}
