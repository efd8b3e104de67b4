using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0102.</summary>
public sealed class PriorCannotBeScoredTests
{
    [Theory]
    [InlineData(
        "Gaussian, Prior = typeof(LogUniformPrior)",
        "Field 'fc' has the prior LogUniformPrior, and GaussianPosterior has no closed-form KL to it, and it is improper, without a density; "
        + "priors that fit ElboLoss: GaussianPrior, LaplacePrior, ScaleMixturePrior")]
    [InlineData(
        "LogUniform, Prior = typeof(GaussianPrior)",
        "Field 'fc' has the prior GaussianPrior, and LogUniformPosterior has neither a closed-form KL to it nor a density; "
        + "priors that fit ElboLoss: LogUniformPrior")]
    [InlineData(
        "SparseDropout, Prior = typeof(Own)",
        "Field 'fc' has the prior Own, and SparseDropoutPosterior has neither a closed-form KL to it nor a density; "
        + "priors that fit ElboLoss: LogUniformPrior")]
    public Task ReportsAPriorThatTheDefaultLossCannotScore(string annotation, string message) =>
        AnalyzerAssert.Reports(Network($"[[|BG0102:Bayesian({annotation})|]] private readonly Linear fc = Linear(1, 1);"), message);

    [Fact]
    public Task ReportsAPriorThatTheLossOfTheNetworkCannotScore() => AnalyzerAssert.Reports(
        "[BayesianNetwork(Loss = typeof(LogUniformKLLoss))] "
        + Network("[[|BG0102:Bayesian(LogUniform, Prior = typeof(GaussianPrior))|]] private readonly Linear fc = Linear(1, 1);"),
        "Field 'fc' has the prior GaussianPrior, and LogUniformKLLoss scores against the log-uniform prior alone; "
        + "priors that fit LogUniformKLLoss: LogUniformPrior");

    [Fact]
    public Task ReportsEveryFieldUnderAnAnnotationOfTheClass() => AnalyzerAssert.Reports(
        "[[|BG0102:Bayesian(Gaussian, Prior = typeof(LogUniformPrior))|]] "
        + Network("private readonly Linear a = Linear(1, 1); private readonly Linear b = Linear(1, 1);"),
        "Fields 'a', 'b' have the prior LogUniformPrior, and GaussianPosterior has no closed-form KL to it, and it is improper, without a "
        + "density; priors that fit ElboLoss: GaussianPrior, LaplacePrior, ScaleMixturePrior");

    /// <summary>A family of the developer's own with a density and a closed form of which the source says nothing.</summary>
    [Fact]
    public Task ReportsAPriorThatTheLossOfTheTrainerCannotScore() => AnalyzerAssert.Reports(
        Network("[Bayesian(typeof(Both), Prior = typeof(LogUniformPrior))] private readonly Linear fc = Linear(1, 1);") + """

        public static class User
        {
            public static object Train(BayesianNet model) =>
                model.CreateTrainer([|BG0102:new RenyiLoss()|], new TrainerOptions { Samples = 4 });
            public static object Elbo(BayesianNet model) => model.CreateTrainer(new ElboLoss(), new TrainerOptions());
        }
        """,
        "Field 'fc' has the prior LogUniformPrior, and RenyiLoss needs the density of the prior, which an improper one does not have; "
        + "priors that fit RenyiLoss: GaussianPrior, LaplacePrior, ScaleMixturePrior");

    [Fact]
    public Task ReportsANestedNetworkUnderAnotherLoss() => AnalyzerAssert.Reports(
        Network("[Bayesian(typeof(Both), Prior = typeof(LogUniformPrior))] private readonly Linear fc = Linear(1, 1);") + """

        [[|BG0102:BayesianNetwork(Loss = typeof(RenyiLoss))|]]
        public sealed class Outer : Module<Tensor, Tensor>
        {
            public Outer() : base("Outer") => RegisterComponents();
            private readonly Net inner = new();
            public override Tensor forward(Tensor x) => inner.call(x);
        }
        """,
        "Field 'inner.fc' has the prior LogUniformPrior, and RenyiLoss needs the density of the prior, which an improper one does not have; "
        + "priors that fit RenyiLoss: GaussianPrior, LaplacePrior, ScaleMixturePrior");

    [Fact]
    public Task ReportsANestedNetworkOnce() => AnalyzerAssert.Reports(
        Network("[[|BG0102:Bayesian(LogUniform, Prior = typeof(GaussianPrior))|]] private readonly Linear fc = Linear(1, 1);") + """

        [BayesianNetwork]
        public sealed class Outer : Module<Tensor, Tensor>
        {
            public Outer() : base("Outer") => RegisterComponents();
            private readonly Net inner = new();
            public override Tensor forward(Tensor x) => inner.call(x);
        }
        """);

    [Theory]
    [InlineData("Gaussian")]
    [InlineData("LogUniform")]
    [InlineData("Gaussian, Prior = typeof(GaussianPrior)")]
    [InlineData("Gaussian, Prior = typeof(LaplacePrior)")]
    [InlineData("Gaussian, Prior = typeof(ScaleMixturePrior)")]
    [InlineData("Gaussian, Prior = typeof(OwnProper)")]
    [InlineData("LogUniform, Prior = typeof(LogUniformPrior)")]
    [InlineData("SparseDropout, Prior = typeof(LogUniformPrior)")]
    [InlineData("typeof(Both), Prior = typeof(LogUniformPrior)")]
    public Task AcceptsPriorsThatCanBeScored(string annotation) =>
        AnalyzerAssert.Reports(Network($"[Bayesian({annotation})] private readonly Linear fc = Linear(1, 1);"));

    [Theory]
    [InlineData("GaussianKLLoss")] // It fits a prior of its own.
    [InlineData("OwnLoss")]
    public Task AcceptsALossThatUsesNoPrior(string loss) => AnalyzerAssert.Reports(
        $"[BayesianNetwork(Loss = typeof({loss}))] "
        + Network("[Bayesian(Gaussian, Prior = typeof(LogUniformPrior))] private readonly Linear fc = Linear(1, 1);"));

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }

        public sealed record Own : Prior;

        public sealed record OwnProper : ProperPrior
        {
            public override Tensor LogProb(Tensor weights) => weights;
            public override Tensor Sample(Tensor like, NoiseSource noise) => like;
        }

        public sealed class OwnLoss : VariationalLoss, IScores<Posterior>
        {
            public Tensor Divergence(System.Collections.Generic.IReadOnlyList<IScoredWeights<Posterior>> weights) => zeros(1);
        }

        public sealed class Both : Posterior, IPosterior<Both>, IHasClosedFormKl, IHasDensity
        {
            private Both(System.Collections.Generic.IReadOnlyList<Tensor> parameters) : base(parameters) { }
            public static string FamilyName => "Both";
            public static System.Collections.Generic.IReadOnlyList<string> ParameterNames => ["mu"];
            public static Both Over(System.Collections.Generic.IReadOnlyList<Tensor> parameters) => new(parameters);
            public static void Initialize(Both posterior, Tensor weight, WeightOptions options) { }
            public static Prior DefaultPrior(double? scale) => new GaussianPrior();
            public override Tensor Sample(NoiseSource noise) => Parameters[0].clone();
            public override Tensor Mean() => Parameters[0].clone();
            public override Tensor Variance() => zeros_like(Parameters[0]);
            public override Tensor Score() => Parameters[0].abs();
            public Tensor? KlTo(Prior prior) => null;
            public Tensor LogProb(Tensor weights) => weights;
        }
        """;
}
