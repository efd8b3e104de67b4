using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0100.</summary>
public sealed class LossCannotScoreTests
{
    private const string Message =
        "Field 'conv1' has the LogUniform posterior, which GaussianKLLoss cannot score; losses that can: ElboLoss, LogUniformKLLoss";

    [Fact]
    public Task ReportsALossGivenToCreateTrainer() => AnalyzerAssert.Reports(
        Using("model.CreateTrainer([|BG0100:new GaussianKLLoss()|], options)"), Message);

    [Theory]
    [InlineData("model.CreateTrainer<GaussianKLLoss>([|BG0100:new()|], options)")]
    [InlineData("model.CreateTrainer(options: options, loss: [|BG0100:new GaussianKLLoss()|])")]
    [InlineData("model?.CreateTrainer([|BG0100:new GaussianKLLoss()|], options)")]
    [InlineData("new VariationalTrainer(model, model.call, [|BG0100:new GaussianKLLoss()|], options)")]
    [InlineData("new VariationalTrainer(model, model.call, [|BG0100:(VariationalLoss)new GaussianKLLoss()|], options)")]
    [InlineData("new VariationalTrainer(model, model.call, [|BG0100:Held|], options)")]
    [InlineData("new VariationalTrainer((IBayesianNetwork)model, model.call, [|BG0100:Held|], options)")]
    [InlineData("model.CreateTrainer([|BG0100:new KL()|], options)")]
    public Task ReportsEveryWayToMakeATrainer(string call) => AnalyzerAssert.Reports(Using(call), Message);

    [Fact]
    public Task ReportsEveryFamilyThatTheLossCannotScore() => AnalyzerAssert.Reports(
        Using("model.CreateTrainer([|BG0100+BG0100:new Nothing()|], options)") + "public sealed class Nothing : VariationalLoss;",
        "Field 'conv1' has the LogUniform posterior, which Nothing cannot score; losses that can: ElboLoss, LogUniformKLLoss",
        "Field 'fc2' has the Gaussian posterior, which Nothing cannot score; losses that can: ElboLoss, GaussianKLLoss, RenyiLoss");

    [Fact]
    public Task NamesLossesOfTheProjectThatFit() => AnalyzerAssert.Reports(
        Using("model.CreateTrainer([|BG0100:new GaussianKLLoss()|], options)") + """
        public sealed class Mine : VariationalLoss, IScores<Posterior>
        {
            public Tensor Divergence(System.Collections.Generic.IReadOnlyList<IScoredWeights<Posterior>> weights) => zeros(1);
        }
        """,
        Message + ", Mine");

    [Theory]
    [InlineData("model.CreateTrainer(options)")]
    [InlineData("model.CreateTrainer(new ElboLoss(), options)")]
    [InlineData("new VariationalTrainer(model, model.call, Made(), options)")] // Known at run time only.
    public Task AcceptsALossThatScoresEveryFamily(string call) => AnalyzerAssert.Reports(Using(call));

    [Fact]
    public async Task ReportsTheLossOfTheNetworkAttribute()
    {
        var source = TestSources.Classifier.Replace(
            "public sealed class", "[[|BG0100:BayesianNetwork(Loss = typeof(GaussianKLLoss))|]] public sealed class")
            + "class User { public VariationalTrainer Train(BayesianClassifier model) => model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.CrossEntropy }); }";
        await AnalyzerAssert.Reports(source, Message);
        AnalyzerAssert.CompilesBeside(source);
    }

    [Fact]
    public Task ReportsSeveralFieldsOfOneFamilyTogether() => AnalyzerAssert.Reports(
        """
        [[|BG0100:BayesianNetwork(Loss = typeof(LogUniformKLLoss))|]]
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            [Bayesian(Gaussian)] private readonly Linear a = Linear(1, 1);
            [Bayesian(Gaussian)] private readonly Linear b = Linear(1, 1);
            public override Tensor forward(Tensor x) => b.call(a.call(x));
        }
        """,
        "Fields 'a', 'b' have the Gaussian posterior, which LogUniformKLLoss cannot score; losses that can: ElboLoss, GaussianKLLoss, RenyiLoss");

    [Fact]
    public Task ReportsTheDefaultLossForAFamilyWithoutADivergence() => AnalyzerAssert.Reports(
        TestSources.OwnFamily + """
        public sealed class [|BG0100:Net|] : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            [Bayesian(typeof(PointPosterior))] private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """,
        "Field 'fc' has the PointPosterior posterior, which ElboLoss cannot score; losses that can: PointLoss");

    [Fact]
    public Task ReportsAFieldOfANestedNetwork() => AnalyzerAssert.Reports(
        TestSources.Classifier + """
        [[|BG0100:BayesianNetwork(Loss = typeof(GaussianKLLoss))|]]
        public sealed class Outer : Module<Tensor, Tensor>
        {
            public Outer() : base("Outer") => RegisterComponents();
            private readonly Classifier inner = new();
            public override Tensor forward(Tensor x) => inner.call(x);
        }
        """,
        Message.Replace("conv1", "inner.conv1"));

    private static string Using(string call) => "using KL = BayesGen.GaussianKLLoss;\n" + TestSources.Classifier + $$"""

        public static class User
        {
            private static readonly VariationalLoss Held = new GaussianKLLoss();
            private static VariationalLoss Made() => Held;
            public static object? Train(BayesianClassifier model, TrainerOptions options) => {{call}};
        }

        """;
}
