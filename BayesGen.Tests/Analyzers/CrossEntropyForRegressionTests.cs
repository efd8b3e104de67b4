using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0216.</summary>
public sealed class CrossEntropyForRegressionTests
{
    private const string Advice =
        ", and FitLoss.CrossEntropy needs a logit for each class and targets that number the classes: set FitLoss.SquaredError, "
        + "FitLoss.Gaussian or FitLoss.LearnedGaussian for a regression, or Likelihood.Bernoulli() for one logit of yes or no";

    [Fact]
    public Task ReportsCrossEntropyOnOneOutput() => AnalyzerAssert.Reports(
        Network(1, "head.call(hidden.call(x).relu())", "using var trainer = model.CreateTrainer([|BG0216:new TrainerOptions()|]);"),
        "'Net.forward' returns the one output of 'head'" + Advice);

    [Fact]
    public Task ReportsCrossEntropyOnRealTargets() => AnalyzerAssert.Reports(
        Network(3, "head.call(hidden.call(x))", """
            using var trainer = model.CreateTrainer(new TrainerOptions());
            trainer.Train(new TensorDataSet(x, [|BG0216:x.sin() + 0.1 * randn_like(x)|]));
            """),
        "these targets are real numbers" + Advice);

    [Fact]
    public Task ReportsCategoricalOnOneOutput() => AnalyzerAssert.Reports(
        Network(1, "head.call(hidden.call(x))",
            "using var trainer = model.CreateTrainer(new TrainerOptions { Likelihood = [|BG0216:Likelihood.Categorical()|] });"),
        "'Net.forward' returns the one output of 'head'" + Advice.Replace("FitLoss.CrossEntropy", "Likelihood.Categorical"));

    [Theory]
    [InlineData("using var data = new TensorDataSet(x, [|BG0216:randn(100, 1)|]); using var trainer = model.CreateTrainer(new TrainerOptions()); trainer.Train(data);")]
    [InlineData("var y = x.sin(); using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.CrossEntropy }); trainer.Train(new TensorDataSet(x, [|BG0216:y|]));")]
    public Task ReportsEveryWayToRealTargets(string body) => AnalyzerAssert.Reports(Network(3, "head.call(hidden.call(x))", body));

    [Theory]
    [InlineData(1, "head.call(hidden.call(x))", "using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError }); trainer.Train(new TensorDataSet(x, x.sin()));")]
    [InlineData(1, "head.call(hidden.call(x))", "model.CreateTrainer(new TrainerOptions { Likelihood = Likelihood.Bernoulli() });")]
    [InlineData(1, "head.call(hidden.call(x))", "model.CreateTrainer(new TrainerOptions { Likelihood = Likelihood.Poisson });")]
    [InlineData(1, "head.call(hidden.call(x)).squeeze(-1)", "using var trainer = model.CreateTrainer(new TrainerOptions());")]
    [InlineData(3, "head.call(hidden.call(x))",
        "using var trainer = model.CreateTrainer(new TrainerOptions()); trainer.Train(new TensorDataSet(x, randint(3, 100)));")]
    [InlineData(3, "head.call(hidden.call(x))",
        "using var trainer = model.CreateTrainer(new TrainerOptions()); trainer.Train(new TensorDataSet(x, randn(100, 3).softmax(1)));")]
    [InlineData(3, "head.call(hidden.call(x))", "using var trainer = model.CreateTrainer(new TrainerOptions()); trainer.Train(new TensorDataSet(x, (x.sin() > 0).to(ScalarType.Int64)));")]
    [InlineData(1, "hidden.call(head.call(x))", "using var trainer = model.CreateTrainer(new TrainerOptions());")]
    public Task AcceptsClassesAndDeclaredRegressions(int outputs, string forward, string body) =>
        AnalyzerAssert.Reports(Network(outputs, forward, body));

    private static string Network(int outputs, string forward, string body) => $$"""
        using BayesGen.Data;

        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear hidden = Linear(4, 4);
            private readonly Linear head = Linear(4, {{outputs}});
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => {{forward}};
        }

        public static class User
        {
            public static void Train(BayesianNet model, Tensor x)
            {
                {{body}}
            }
        }
        """;
}
