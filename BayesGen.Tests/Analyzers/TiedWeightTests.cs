using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0009.</summary>
public sealed class TiedWeightTests
{
    private const string Apart = "[|BG0009:b.weight = a.weight|]";

    [Fact]
    public Task ReportsATieOfAPlainAndABayesianWeight() => AnalyzerAssert.Reports(
        Network("", "[Bayesian(Gaussian)] private readonly Linear a = Linear(2, 2); private readonly Linear b = Linear(2, 2);", Apart),
        "This makes one weight of those of 'b', which is plain, and 'a', which is Gaussian: annotate both alike");

    [Theory]
    [InlineData("", "[Bayesian(Gaussian)] private readonly Linear a = Linear(2, 2); [Bayesian(LogUniform)] private readonly Linear b = Linear(2, 2);", Apart)]
    [InlineData("", "private readonly Linear a = Linear(2, 2); [Bayesian(Gaussian)] private readonly Linear b = Linear(2, 2);", Apart)]
    [InlineData("[Bayesian(Gaussian)]",
        "[Deterministic] private readonly Linear a = Linear(2, 2); private readonly Linear b = Linear(2, 2);", Apart)]
    [InlineData("", "[Bayesian(Gaussian)] private readonly Embedding a = Embedding(2, 2); private readonly Linear b = Linear(2, 2);",
        "[|BG0009:this.b.weight = this.a.weight|]")]
    [InlineData("", "[Bayesian(Gaussian)] private Linear a { get; } = Linear(2, 2); private readonly Linear b = Linear(2, 2);", Apart)]
    public Task ReportsEveryTieOfDifferentAnnotations(string annotation, string members, string tie) =>
        AnalyzerAssert.Reports(Network(annotation, members, tie));

    [Theory]
    [InlineData(
        "", "[Bayesian(Gaussian)] private readonly Linear a = Linear(2, 2); [Bayesian(Gaussian)] private readonly Linear b = Linear(2, 2);",
        "b.weight = a.weight")]
    [InlineData("[Bayesian(Gaussian)]",
        "private readonly Linear a = Linear(2, 2); [Bayesian(Gaussian)] private readonly Linear b = Linear(2, 2);", "b.weight = a.weight")]
    [InlineData("", "[Bayesian(Gaussian)] private readonly Linear a = Linear(2, 2); private readonly Linear b = Linear(2, 2); private readonly Linear c = Linear(2, 2);", "b.weight = c.weight")]
    [InlineData("", "[Bayesian(Gaussian)] private readonly Linear a = Linear(2, 2); private readonly Linear b = Linear(2, 2);",
        "b.weight = new Parameter(a.weight!.detach().clone())")]
    [InlineData(
        "", "[Bayesian(Gaussian)] private readonly Linear a = Linear(2, 2); private readonly Linear b = Linear(2, 2);", "b.bias = a.bias")]
    public Task AcceptsTiesOfEqualAnnotationsAndUntiedWeights(string annotation, string members, string statement) =>
        AnalyzerAssert.Reports(Network(annotation, members, statement));

    /// <summary>The class of the family and its name are one annotation.</summary>
    [Fact]
    public Task AcceptsAFamilyNamedByItsClass() => AnalyzerAssert.Reports(Network(
        "",
        "[Bayesian(Gaussian)] private readonly Linear a = Linear(2, 2); "
        + "[Bayesian(typeof(GaussianPosterior))] private readonly Linear b = Linear(2, 2);",
        "b.weight = a.weight"));

    [Fact]
    public Task AcceptsAnAbstractClassThatDerivedClassesAnnotate() => AnalyzerAssert.Reports(
        Network(
            "", "[Bayesian(Gaussian)] private readonly Linear a = Linear(2, 2); private readonly Linear b = Linear(2, 2);",
            "b.weight = a.weight").Replace("sealed class Net", "abstract class Net"));

    private static string Network(string annotation, string members, string tie) => $$"""
        {{annotation}}
        public sealed class Net : Module<Tensor, Tensor>
        {
            {{members}}
            public Net() : base("Net")
            {
                {{tie}};
                RegisterComponents();
            }

            public override Tensor forward(Tensor x) => x;
        }
        """;
}
