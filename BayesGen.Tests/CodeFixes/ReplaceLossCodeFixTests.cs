using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0100.</summary>
public sealed class ReplaceLossCodeFixTests
{
    [Theory]
    [InlineData("model.CreateTrainer(new GaussianKLLoss(), options)", "model.CreateTrainer(new ElboLoss(), options)")]
    [InlineData("model.CreateTrainer<GaussianKLLoss>(new(), options)", "model.CreateTrainer(new ElboLoss(), options)")]
    [InlineData(
        "model.CreateTrainer(options: options, loss: new GaussianKLLoss())", "model.CreateTrainer(options: options, loss: new ElboLoss())")]
    [InlineData("new VariationalTrainer(model, model.call, new RenyiLoss(), options)",
        "new VariationalTrainer(model, model.call, new ElboLoss(), options)")]
    public Task ReplacesTheLossOfTheCall(string before, string after) =>
        CodeFixAssert.Fixes<ReplaceLossCodeFix>(Using(before), "Use ElboLoss", Using(after));

    [Fact]
    public Task OffersEachLossThatScoresEveryFamily() =>
        CodeFixAssert.Offers<ReplaceLossCodeFix>(
            Using("model.CreateTrainer(new GaussianKLLoss(), options)") + Mine, "Use ElboLoss", "Use Mine");

    [Fact]
    public Task ReplacesTheLossOfTheAttribute() => CodeFixAssert.Fixes<ReplaceLossCodeFix>(
        TestSources.Classifier.Replace("public sealed", "[BayesianNetwork(Loss = typeof(GaussianKLLoss))] public sealed"),
        "Use ElboLoss",
        TestSources.Classifier.Replace("public sealed", "[BayesianNetwork(Loss = typeof(ElboLoss))] public sealed"));

    [Fact]
    public Task FixesAllLosses()
    {
        const string two = "(model.CreateTrainer(new {0}(), options), model.CreateTrainer(new {0}(), options))";
        return CodeFixAssert.FixesAll<ReplaceLossCodeFix>(
            Using(two.Replace("{0}", "GaussianKLLoss")), "Use ElboLoss", Using(two.Replace("{0}", "ElboLoss")));
    }

    [Fact]
    public Task OffersNothingForALossInAVariable() => CodeFixAssert.Offers<ReplaceLossCodeFix>(
        Using("model.CreateTrainer(Shared, options)")
            + "public partial class User { private static readonly GaussianKLLoss Shared = new(); }");

    private const string Mine = """
        public sealed class Mine : VariationalLoss, IScores<Posterior>
        {
            public Tensor Divergence(System.Collections.Generic.IReadOnlyList<IScoredWeights<Posterior>> weights) => zeros(1);
        }

        public sealed class Scaled(double scale) : VariationalLoss, IScores<Posterior>
        {
            public Tensor Divergence(System.Collections.Generic.IReadOnlyList<IScoredWeights<Posterior>> weights) => zeros(1) * scale;
        }
        """;

    private static string Using(string call) => TestSources.Classifier + $$"""

        public partial class User
        {
            public static object? Train(BayesianClassifier model, TrainerOptions options) => {{call}};
        }

        """;
}
