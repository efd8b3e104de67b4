using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0005.</summary>
public sealed class BayesianAndDeterministicTests
{
    [Theory]
    [InlineData("[Bayesian(Gaussian), [|BG0005:Deterministic|]] private readonly Linear fc = Linear(1, 1);", "fc")]
    [InlineData("[[|BG0005:Deterministic|]] [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);", "fc")]
    [InlineData("[Bayesian(Gaussian)] [[|BG0005:Deterministic|]] public Linear Fc { get; } = Linear(1, 1);", "Fc")]
    public Task ReportsAMemberThatIsBayesianAndDeterministic(string member, string name) => AnalyzerAssert.Reports(
        Network(member), $"'{name}' is both [Bayesian] and [Deterministic]; keep one of them");

    [Theory]
    [InlineData("[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1); private readonly Linear other = Linear(1, 1);")]
    [InlineData(
        "[Bayesian(LogUniform)] private readonly Linear fc = Linear(1, 1); [Deterministic] private readonly Linear other = Linear(1, 1);")]
    public Task AcceptsOneOfTheTwoAnnotations(string members) => AnalyzerAssert.Reports("[Bayesian(Gaussian)] " + Network(members));

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
