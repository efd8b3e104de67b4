using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fixes of BG0206.</summary>
public sealed class ReductionCodeFixTests
{
    private const string Sum = "(o, t) => nn.functional.mse_loss(o, t, Reduction.Sum)";

    [Theory]
    [InlineData($"new(\"a\", {Sum})", $"new(\"a\", {Sum}, FitReduction.Sum)", "Sum")]
    [InlineData($"new FitLoss(\"a\", {Sum}, FitReduction.Mean)", $"new FitLoss(\"a\", {Sum}, FitReduction.Sum)", "Sum")]
    [InlineData($"new(Name: \"a\", Compute: {Sum})", $"new(Name: \"a\", Compute: {Sum}, Reduction: FitReduction.Sum)", "Sum")]
    [InlineData("new(\"a\", MSELoss(Reduction.Sum).call)", "new(\"a\", MSELoss(Reduction.Sum).call, FitReduction.Sum)", "Sum")]
    [InlineData(
        "new(\"a\", (o, t) => nn.functional.mse_loss(o, t), FitReduction.Sum)",
        "new(\"a\", (o, t) => nn.functional.mse_loss(o, t), FitReduction.Mean)",
        "Mean")]
    public Task DeclaresTheReductionOfTheLoss(string before, string after, string reduction) => CodeFixAssert.Fixes<ReductionCodeFix>(
        Using($"private static readonly FitLoss Fit = {before};"),
        $"Declare FitReduction.{reduction}",
        Using($"private static readonly FitLoss Fit = {after};"));

    [Fact]
    public Task UsesTheMeanInAStepByHand() => CodeFixAssert.Fixes<ReductionCodeFix>(
        Using(Step.Replace("{0}", "Sum")), "Use Reduction.Mean", Using(Step.Replace("{0}", "Mean")));

    [Fact]
    public Task FixesAllReductions() => CodeFixAssert.FixesAll<ReductionCodeFix>(
        Using($"static readonly FitLoss A = new(\"a\", {Sum}); static readonly FitLoss B = new(\"b\", {Sum}, FitReduction.Mean);"),
        "Declare FitReduction.Sum",
        Using($"static readonly FitLoss A = new(\"a\", {Sum}, FitReduction.Sum); static readonly FitLoss B = new(\"b\", {Sum}, FitReduction.Sum);"));

    [Theory]
    [InlineData("private static readonly FitLoss Fit = new(\"a\", (o, t) => nn.functional.mse_loss(o, t, Reduction.None));")]
    [InlineData("LossTerms Step(ElboLoss loss, Tensor x, Tensor d, long n) => loss.Aggregate([(x - d).sum()], [d], 1.0, n);")]
    public Task OffersNothingWhereTheLossItselfHasToChange(string member) => CodeFixAssert.Offers<ReductionCodeFix>(Using(member));

    private const string Step = """
        LossTerms Step(ElboLoss loss, Tensor x, Tensor d, long n)
            {
                var fit = nn.functional.cross_entropy(x, x, reduction: Reduction.{0});
                return loss.Aggregate([fit], [d], 1.0, n);
            }
        """;

    private static string Using(string member) => TestSources.Classifier + $$"""

        public class User
        {
            {{member}}
        }
        """;
}
