using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0202.</summary>
public sealed class ThresholdFitsNothingTests
{
    private const string Proven = """
        public sealed class Small : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(4, 3, hasBias: false);
            [Bayesian(Gaussian, IncludeBias = false)] private readonly Linear other = Linear(4, 3, hasBias: true);
            [Bayesian(Gaussian)] private readonly Parameter scale = new(ones(1));
            private readonly Sequential plain = Sequential(Linear(4, 3));
            public Small() : base("Small") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }

        public sealed class Loose : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Sequential layers = Sequential(Linear(4, 3));
            public Loose() : base("Loose") => RegisterComponents();
            public override Tensor forward(Tensor x) => layers.call(x);
        }
        """;

    [Fact]
    public Task ReportsOneNumberForTwoFamilies() => AnalyzerAssert.Reports(
        Using("model.Prune([|BG0202:1.0|]);"),
        "This threshold fits nothing: one number stands for the families LogUniform, Gaussian of Classifier, whose scores mean different "
        + "things; give one for each: new() { [LogUniform] = ..., [Gaussian] = ... }");

    [Theory]
    [InlineData("model.Prune([|BG0202:level|]);")]
    [InlineData("model.PruneStatistics([|BG0202:level|]);")]
    [InlineData("PruningExtensions.Prune(model, [|BG0202:1|]);")]
    [InlineData("using var trainer = model.CreateTrainer(options); trainer.Evaluate(data, [|BG0202:1.0|]);")]
    [InlineData("using var trainer = model.CreateTrainer(options); trainer.Evaluate(data, threshold: [|BG0202:1.0|]);")]
    [InlineData("using var trainer = model.CreateTrainer(options); trainer.EvaluateThresholds(data, [|BG0202:1.0|], [|BG0202:2.0|]);")]
    [InlineData("model.CreateTrainer(new TrainerOptions { Threshold = [|BG0202:1.0|] });")]
    [InlineData("var networks = model.Distribution(() => new Demo.Classifier()); networks.Prune([|BG0202:1.0|]);")]
    [InlineData("Thresholds two = [|BG0202:1.0|]; model.Prune(two);")]
    [InlineData("[|BG0202:model.Prune(One)|];")]
    [InlineData("IBayesianNetwork held = model; held.Prune([|BG0202:1.0|]);")]
    [InlineData("((IBayesianNetwork)model).Prune([|BG0202:1.0|]);")]
    [InlineData("model.CreateTrainer(options with { Threshold = [|BG0202:1.0|] });")]
    public Task ReportsEveryWayToGiveOneNumber(string body) => AnalyzerAssert.Reports(Using(body));

    [Fact]
    public Task ReportsAKeyThatNoWeightHas() => AnalyzerAssert.Reports(
        Using("small.Prune(new() { [[|BG0202:\"fc.bias\"|]] = 1.0 });"),
        "This threshold fits nothing: Small has no Bayesian weight 'fc.bias'; it has 'fc.weight', 'other.weight', 'scale'");

    [Theory]
    [InlineData("small.Prune(new() { [Gaussian] = 1.0, [[|BG0202:\"other.bias\"|]] = 1.0 });")]
    [InlineData("var thresholds = new Thresholds { [[|BG0202:\"plain.0.weight\"|]] = 1.0 }; small.Prune(thresholds);")]
    public Task ReportsEveryWayToGiveAKey(string body) => AnalyzerAssert.Reports(Using(body));

    [Fact]
    public Task ReportsAFamilyThatNoWeightHas() => AnalyzerAssert.Reports(
        Using("model.Prune(new() { [LogUniform] = 1.0, [[|BG0202:SparseDropout|]] = 1.0 });"),
        "This threshold fits nothing: Classifier has no weight of the SparseDropout family; it has LogUniform, Gaussian");

    [Theory]
    [InlineData("small.Prune(new() { [[|BG0202:Family.LogUniform|]] = 1.0 });")]
    [InlineData("small.Prune(new() { [[|BG0202:typeof(LogUniformPosterior)|]] = 1.0 });")]
    public Task ReportsEveryWayToNameAFamily(string body) => AnalyzerAssert.Reports(Using(body));

    [Theory]
    [InlineData("small.Prune([|BG0202:double.NaN|]);")]
    [InlineData("model.Prune(new() { [LogUniform] = 1.0, [Gaussian] = [|BG0202:0.0 / 0.0|] });")]
    public Task ReportsNaN(string body) => AnalyzerAssert.Reports(
        Using(body), "This threshold fits nothing: it is NaN, which no score reaches or misses");

    [Theory]
    [InlineData("model.Prune(new() { [LogUniform] = 1.0, [Gaussian] = -1.0 });")]
    [InlineData("small.Prune(1.0);")]
    [InlineData("loose.Prune(1.0);")]
    [InlineData("small.Prune(new() { [\"fc.weight\"] = 1.0, [\"scale\"] = 2.0 });")]
    [InlineData("loose.Prune(new() { [\"layers.0.weight\"] = 1.0, [\"layers.9.weight\"] = 1.0 });")]
    [InlineData("small.Prune(new() { [name] = 1.0 });")]
    [InlineData("any.Prune(1.0);")]
    [InlineData("small.Prune(new() { [typeof(GaussianPosterior)] = 1.0 });")]
    [InlineData("small.Prune(One);")]
    [InlineData("var networks = small.Distribution(() => new Small()); networks.Prune(1.0);")]
    [InlineData("Thresholds two = 1.0; two = new() { [LogUniform] = 1.0, [Gaussian] = -1.0 }; model.Prune(two);")]
    [InlineData("trainer.Evaluate(data, 1.0);")]
    [InlineData("using var own = small.CreateTrainer(options); own.Evaluate(data, 1.0);")]
    public Task AcceptsThresholdsThatMayFit(string body) => AnalyzerAssert.Reports(Using(body));

    /// <summary>Biases are plain under a family of units, so they have no scores.</summary>
    [Fact]
    public Task ReportsTheBiasOfALayerWithUnits() => AnalyzerAssert.Reports(
        TestSources.UnitFamily + """
        public sealed class Gates : Module<Tensor, Tensor>
        {
            [Bayesian(typeof(HalvesPosterior))] private readonly Linear fc = Linear(4, 3, hasBias: true);
            public Gates() : base("Gates") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }

        public static class User
        {
            public static void Use(BayesianGates model)
            {
                model.Prune(new() { ["fc.weight"] = 1.0, [[|BG0202:"fc.bias"|]] = 1.0 });
                model.Prune(new() { [typeof(HalvesPosterior)] = [|BG0208:-1.0|] });
                model.Prune(new() { [[|BG0202:Gaussian|]] = 1.0 });
            }
        }
        """);

    private static string Using(string body) => TestSources.Classifier + Proven + $$"""

        public static class User
        {
            private static readonly Thresholds One = 1.0;

            public static void Use(
                BayesianClassifier model, BayesianSmall small, BayesianLoose loose, IBayesianNetwork any, VariationalTrainer trainer,
                TrainerOptions options, (Tensor, Tensor)[] data, double level, string name)
            {
                {{body}}
            }
        }
        """;
}
