using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fixes of BG0002, BG0005, BG0006, BG0012 and BG0303.</summary>
public sealed class RemoveAnnotationCodeFixTests
{
    private const string Fc = "private readonly Linear fc = Linear(1, 1);";

    [Theory]
    [InlineData("[Bayesian(Gaussian), Deterministic] ", "[Bayesian(Gaussian)] ")]
    [InlineData("[Bayesian(Gaussian)] [Deterministic] ", "[Bayesian(Gaussian)] ")]
    [InlineData("[Deterministic] [Bayesian(Gaussian)] ", "[Bayesian(Gaussian)] ")]
    [InlineData("/* why */ [Deterministic]\n    [Bayesian(Gaussian)]\n    ", "/* why */ [Bayesian(Gaussian)]\n    ")]
    public Task RemovesDeterministic(string before, string after) =>
        CodeFixAssert.Fixes<RemoveAnnotationCodeFix>(Network(before + Fc), "Remove [Deterministic]", Network(after + Fc));

    [Theory]
    [InlineData("[Bayesian(Gaussian), Deterministic] ", "[Deterministic] ")]
    [InlineData("[Bayesian(Gaussian, PriorScale = 2)] [Deterministic] ", "[Deterministic] ")]
    public Task RemovesBayesian(string before, string after) =>
        CodeFixAssert.Fixes<RemoveAnnotationCodeFix>(Network(before + Fc), "Remove [Bayesian]", Network(after + Fc));

    [Fact]
    public Task RemovesDeterministicWithoutEffect() =>
        CodeFixAssert.Fixes<RemoveAnnotationCodeFix>(
            Network("// why\n    [Deterministic] " + Fc), "Remove [Deterministic]", Network("// why\n    " + Fc));

    [Theory]
    [InlineData("[Bayesian(Gaussian)] private readonly ReLU relu = ReLU();", "private readonly ReLU relu = ReLU();")]
    [InlineData("[Bayesian(Gaussian)] private static readonly Linear Shared = Linear(1, 1);",
        "private static readonly Linear Shared = Linear(1, 1);")]
    [InlineData("[Bayesian(Gaussian)] public Linear Other => other;", "public Linear Other => other;")]
    public Task RemovesBayesianFromAMemberWithoutWeights(string before, string after) =>
        CodeFixAssert.Fixes<RemoveAnnotationCodeFix>(Network(before), "Remove [Bayesian]", Network(after));

    [Fact]
    public Task RemovesAFamilyOfUnitsFromALayerWithoutUnits() => CodeFixAssert.Fixes<RemoveAnnotationCodeFix>(
        Network("[Bayesian(typeof(HalvesPosterior))] private readonly LayerNorm norm = LayerNorm(1);") + TestSources.UnitFamily,
        "Remove [Bayesian]",
        Network("private readonly LayerNorm norm = LayerNorm(1);") + TestSources.UnitFamily);

    [Fact]
    public Task MovesTheAnnotationFromTheBackingFieldToTheProperty() => CodeFixAssert.Fixes<RemoveAnnotationCodeFix>(
        Network("[field: Bayesian(Gaussian)] public Linear Fc { get; } = Linear(1, 1);"),
        "Put [Bayesian] on the property",
        Network("[Bayesian(Gaussian)] public Linear Fc { get; } = Linear(1, 1);"));

    [Fact]
    public Task FixesAllAnnotations() => CodeFixAssert.FixesAll<RemoveAnnotationCodeFix>(
        Network("[Deterministic] private readonly Linear a = Linear(1, 1); [Deterministic] private readonly Linear b = Linear(1, 1);"),
        "Remove [Deterministic]",
        Network("private readonly Linear a = Linear(1, 1); private readonly Linear b = Linear(1, 1);"));

    [Fact]
    public Task OffersOneFixForDeterministicWithoutEffect() =>
        CodeFixAssert.Offers<RemoveAnnotationCodeFix>(Network("[Deterministic] " + Fc), "Remove [Deterministic]");

    /// <summary>BG0303.</summary>
    [Fact]
    public Task RemovesAnUnusableFormerName() => CodeFixAssert.Fixes<RemoveAnnotationCodeFix>(
        Network("[Bayesian(Gaussian), FormerlyKnownAs(\"other\")] " + Fc), "Remove [FormerlyKnownAs]",
        Network("[Bayesian(Gaussian)] " + Fc));

    [Fact]
    public Task OffersBothFixesForAContradiction() => CodeFixAssert.Offers<RemoveAnnotationCodeFix>(
        Network("[Bayesian(Gaussian), Deterministic] " + Fc), "Remove [Deterministic]", "Remove [Bayesian]");

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            [Bayesian(Gaussian)] private readonly Linear other = Linear(1, 1);
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
