using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fixes of BG0202.</summary>
public sealed class ThresholdCodeFixTests
{
    private const string Each = "Give one threshold for each family";

    [Theory]
    [InlineData("model.Prune(1.0);", "model.Prune(new Thresholds { [LogUniform] = 1.0, [Gaussian] = 1.0 });")]
    [InlineData("model.Prune(level);", "model.Prune(new Thresholds { [LogUniform] = level, [Gaussian] = level });")]
    [InlineData("model.Prune(-1);", "model.Prune(new Thresholds { [LogUniform] = -1, [Gaussian] = -1 });")]
    [InlineData("Thresholds two = 1.0; model.Prune(two);",
        "Thresholds two = new Thresholds { [LogUniform] = 1.0, [Gaussian] = 1.0 }; model.Prune(two);")]
    [InlineData("own.Prune(1.0);", "own.Prune(new Thresholds { [Gaussian] = 1.0, [typeof(PointPosterior)] = 1.0 });")]
    public Task ReplacesOneNumberWithOneForEachFamily(string before, string after) =>
        CodeFixAssert.Fixes<ThresholdCodeFix>(Using(before), Each, Using(after));

    [Fact]
    public Task FixesAllThresholds() => CodeFixAssert.FixesAll<ThresholdCodeFix>(
        Using("model.Prune(1.0); model.PruneStatistics(2.0);"),
        Each,
        Using("model.Prune(new Thresholds { [LogUniform] = 1.0, [Gaussian] = 1.0 }); "
            + "model.PruneStatistics(new Thresholds { [LogUniform] = 2.0, [Gaussian] = 2.0 });"));

    [Theory]
    [InlineData("fc.wieght", "fc.weight")]
    [InlineData("head.weigth", "head.weight")]
    [InlineData("head", "head.weight")]
    public Task ReplacesAKeyWithTheNearestOne(string before, string after) => CodeFixAssert.Fixes<ThresholdCodeFix>(
        Using($"small.Prune(new() {{ [\"{before}\"] = 1.0 }});"), $"Use '{after}'",
        Using($"small.Prune(new() {{ [\"{after}\"] = 1.0 }});"));

    [Fact]
    public Task ReplacesAFamilyWithTheOnlyOne() => CodeFixAssert.Fixes<ThresholdCodeFix>(
        Using("small.Prune(new() { [LogUniform] = 1.0 });"), "Use [Gaussian]", Using("small.Prune(new() { [Gaussian] = 1.0 });"));

    [Theory]
    [InlineData("model.Prune(Math.Max(level, 1.0));")]
    [InlineData("model.Prune(new() { [SparseDropout] = 1.0 });")]
    [InlineData("small.Prune(new() { [\"encoder.gamma\"] = 1.0 });")]
    [InlineData("small.Prune(double.NaN);")]
    public Task OffersNothingWhereTheThresholdIsOutOfSight(string body) => CodeFixAssert.Offers<ThresholdCodeFix>(Using(body));

    private static string Using(string body) => TestSources.OwnFamily + TestSources.Classifier.Replace("namespace Demo;", "") + $$"""

        public sealed class Small : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(4, 3, hasBias: true);
            [Bayesian(Gaussian)] private readonly Linear head = Linear(3, 3, hasBias: false);
            public Small() : base("Small") => RegisterComponents();
            public override Tensor forward(Tensor x) => head.call(fc.call(x));
        }

        [BayesianNetwork(Loss = typeof(PointLoss))]
        public sealed class Own : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear a = Linear(4, 3);
            [Bayesian(typeof(PointPosterior))] private readonly Linear b = Linear(3, 3);
            public Own() : base("Own") => RegisterComponents();
            public override Tensor forward(Tensor x) => b.call(a.call(x));
        }

        public static class User
        {
            public static void Use(BayesianClassifier model, BayesianSmall small, BayesianOwn own, double level)
            {
                {{body}}
            }
        }
        """;
}
