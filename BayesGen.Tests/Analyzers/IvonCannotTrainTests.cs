using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0103, and what the wrapper of a network offers.</summary>
public sealed class IvonCannotTrainTests
{
    private const string OfLogUniform =
        "Field 'conv1' has the LogUniform posterior, and IVON moves Gaussian posteriors alone; make the trainer by CreateTrainer, or annotate "
        + "with the Gaussian family";

    [Theory]
    [InlineData("model.[|BG0103:CreateIvonTrainer|](options)")]
    [InlineData("model?.[|BG0103:CreateIvonTrainer|](options, new IvonOptions())")]
    [InlineData("VariationalTrainer.WithIvon([|BG0103:model|], model.call, options)")]
    [InlineData("VariationalTrainer.WithIvon(options: options, forward: model.call, model: [|BG0103:(IBayesianNetwork)model|])")]
    public async Task ReportsAFamilyThatIsNotGaussian(string call)
    {
        var source = TestSources.Classifier + $$"""

            public static class User
            {
                public static object? Train(BayesianClassifier model, TrainerOptions options) => {{call}};
            }
            """;
        await AnalyzerAssert.Reports(source, OfLogUniform);
    }

    [Fact]
    public Task ReportsAPriorThatIsNotGaussian() => AnalyzerAssert.Reports(
        Using("[Bayesian(Gaussian, Prior = typeof(LaplacePrior))]", "model.[|BG0103:CreateIvonTrainer|](options)"),
        "Fields 'a', 'b' have the prior LaplacePrior, and IVON takes its weight decay from the precision of a Gaussian one; make the trainer "
        + "by CreateTrainer, or remove Prior (PriorScale may stay)");

    [Fact]
    public Task ReportsANetworkWithoutBayesianWeights() => AnalyzerAssert.Reports(
        Using("[BayesianNetwork]", "model.[|BG0103:CreateIvonTrainer|](options)").Replace("class Net ", "class [|BG0008:Net|] "),
        "'Net' has no Bayesian weights, so there is nothing to train as a posterior: no layer is annotated; put [Bayesian(...)] on a layer, "
        + "or on the class for all of them",
        "The network has no Bayesian weights, and IVON moves a Gaussian posterior; annotate a field with [Bayesian(Gaussian)]");

    /// <summary>A network inside counts too.</summary>
    [Fact]
    public Task ReportsANestedNetworkThatIvonCannotTrain() => AnalyzerAssert.Reports(
        TestSources.Classifier + """

        [BayesianNetwork]
        public sealed class Outer : Module<Tensor, Tensor>
        {
            private readonly Classifier inner = new();
            [Bayesian(Gaussian)] private readonly Linear last = Linear(10, 10);
            public Outer() : base("Outer") => RegisterComponents();
            public override Tensor forward(Tensor x) => last.call(inner.call(x));
        }

        public static class User
        {
            public static object Train(BayesianOuter model, TrainerOptions options) => model.[|BG0103:CreateIvonTrainer|](options);
        }
        """,
        OfLogUniform.Replace("'conv1'", "'inner.conv1'"));

    [Theory]
    [InlineData("[Bayesian(Gaussian)]")]
    [InlineData("[Bayesian(Gaussian, PriorScale = 0.1, InitialLogSigma = -3)]")]
    [InlineData("[Bayesian(Gaussian, Prior = typeof(GaussianPrior), PriorScale = 0.1)]")]
    [InlineData("[Bayesian(Gaussian, Estimator = Estimator.Local)]")]
    [InlineData("[Bayesian(typeof(GaussianPosterior), IncludeBias = false)]")]
    public async Task CreateIvonTrainerCompilesForGaussianNetworks(string annotation)
    {
        var source = Using(annotation, "model.CreateIvonTrainer(options, new IvonOptions { LearningRate = 0.2 })");
        await AnalyzerAssert.Reports(source);
        GeneratorHarness.Run(source).Compiles();
    }

    /// <summary>
    /// The compiler is the judge: the same line builds for a Gaussian network and for no other, and no form of it takes a loss.
    /// </summary>
    [Theory]
    [InlineData("[Bayesian(Gaussian)]", "model.CreateIvonTrainer(options)", null)]
    [InlineData("[Bayesian(SparseDropout)]", "model.CreateIvonTrainer(options)", "CS1061")]
    [InlineData("[Bayesian(LogUniform)]", "model.CreateIvonTrainer(options)", "CS1061")]
    [InlineData("[Bayesian(Gaussian, Prior = typeof(ScaleMixturePrior))]", "model.CreateIvonTrainer(options)", "CS1061")]
    [InlineData("[Bayesian(Gaussian)]", "model.CreateIvonTrainer(new RenyiLoss(0.5), options)", "CS1503")]
    [InlineData("[Bayesian(Gaussian)]", "model.CreateTrainer(new RenyiLoss(0.5), options, new IvonOptions())", "CS1501")]
    public void CreateIvonTrainerDoesNotCompileForOtherNetworks(string annotation, string call, string? error)
    {
        var errors = GeneratorHarness.Run(Using(annotation, call)).Output.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error)
            .Select(diagnostic => diagnostic.Id)
            .Distinct();
        Assert.Equal(error is null ? [] : [error], errors);
    }

    private static string Using(string annotation, string call) => $$"""
        {{annotation}}
        public sealed class Net : Module<Tensor, Tensor>
        {
            private readonly Linear a = Linear(1, 1);
            private readonly Linear b = Linear(1, 1);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => b.call(a.call(x));
        }

        public static class User
        {
            public static object Train(BayesianNet model, TrainerOptions options) => {{call}};
        }
        """;
}
