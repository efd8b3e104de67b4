using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>"Exclude normalization layers" on a Bayesian neural network.</summary>
public sealed class ExcludeNormalizationRefactoringTests
{
    private const string Title = "Exclude normalization layers";

    [Fact]
    public Task RemovesTheAnnotationOfEveryNormalizationLayer() => RefactoringAssert.Refactors<ExcludeNormalizationRefactoring>(
        Network("""
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 2);
                [Bayesian(Gaussian)] private readonly BatchNorm1d first = BatchNorm1d(2), second = BatchNorm1d(2);
                // Why?
                [FormerlyKnownAs("third"), Bayesian(LogUniform)]
                public LayerNorm Third { get; } = LayerNorm(2);
                [Bayesian(Gaussian)] private readonly GroupNorm fourth = GroupNorm(1, 2);
            """),
        Title,
        Network("""
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 2);
                private readonly BatchNorm1d first = BatchNorm1d(2), second = BatchNorm1d(2);
                // Why?
                [FormerlyKnownAs("third")]
                public LayerNorm Third { get; } = LayerNorm(2);
                private readonly GroupNorm fourth = GroupNorm(1, 2);
            """).Replace("[||]", ""),
        "BayesianNet.g.cs");

    [Fact]
    public Task OffersNothingForLayersUnderAnAnnotationOfTheClass() => RefactoringAssert.Refactors<ExcludeNormalizationRefactoring>(
        Network("private readonly Linear fc = Linear(2, 2); [Bayesian(Gaussian)] private readonly BatchNorm1d norm = BatchNorm1d(2);",
            "[Bayesian(Gaussian)]"),
        Title,
        Network("private readonly Linear fc = Linear(2, 2); private readonly BatchNorm1d norm = BatchNorm1d(2);", "[Bayesian(Gaussian)]")
            .Replace("[||]", ""),
        "BayesianNet.g.cs");

    [Theory]
    [InlineData("[Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 2); private readonly BatchNorm1d norm = BatchNorm1d(2);")]
    [InlineData("private readonly Linear fc = Linear(2, 2); private readonly BatchNorm1d norm = BatchNorm1d(2);")]
    [InlineData("[Bayesian(Gaussian)] private readonly BatchNorm1d norm = BatchNorm1d(2);")]
    public Task OffersNothingElsewhere(string members) => RefactoringAssert.Offers<ExcludeNormalizationRefactoring>(Network(members));

    private static string Network(string members, string attribute = "") => $$"""
        using BayesGen;
        using TorchSharp.Modules;
        using static BayesGen.Family;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        {{attribute}}
        public sealed class [||]Net : Module<Tensor, Tensor>
        {
            {{members}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
