using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0207.</summary>
public sealed class DivergenceScaleCodeFixTests
{
    private const string Title = "Use DivergenceScale.PerExample";

    [Fact]
    public Task FixesAllDivergenceScales()
    {
        const string two = "new() {{ DivergenceScale = DivergenceScale.{0} }}), model.CreateTrainer(new() {{ Beta = 1, DivergenceScale = DivergenceScale.{0} }}";
        return CodeFixAssert.FixesAll<DivergenceScaleCodeFix>(
            Using(string.Format(null, two, "None")), Title, Using(string.Format(null, two, "PerExample")));
    }

    [Fact]
    public Task SetsDivergenceScalePerExample() => CodeFixAssert.Fixes<DivergenceScaleCodeFix>(
        Using("Shared with { DivergenceScale = DivergenceScale.None }"), Title,
        Using("Shared with { DivergenceScale = DivergenceScale.PerExample }"));

    [Theory]
    [InlineData("AsPython")] // It may be meant for other trainers too.
    [InlineData("Shared), loss.Aggregate([nn.functional.mse_loss(x, x)], [x], 1.0")] // Only the developer knows N.
    public Task OffersNothingWhereTheOptionsAreOutOfSight(string options) =>
        CodeFixAssert.Offers<DivergenceScaleCodeFix>(Using(options));

    private static string Using(string options) => TestSources.Classifier + $$"""

        public static class User
        {
            private static readonly TrainerOptions Shared = new();
            private static readonly TrainerOptions AsPython = new() { DivergenceScale = DivergenceScale.None };
            public static object[] Train(BayesianClassifier model, ElboLoss loss, Tensor x) => [model.CreateTrainer({{options}})];
        }
        """;
}
