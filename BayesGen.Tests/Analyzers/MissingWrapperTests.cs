using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0010 and its fix.</summary>
public sealed class MissingWrapperTests
{
    private const string Plain = "private readonly Linear fc = Linear(2, 2);";
    private const string Inner = "private readonly Classifier inner = new();";

    [Fact]
    public Task ReportsAWrapperOfAClassThatHoldsAnAnnotatedNetwork() => AnalyzerAssert.Reports(
        Using(Inner, "new [|BG0010:BayesianWhole|](new Whole())"),
        "There is no BayesianWhole, since class Whole has no annotation of its own: 'inner' holds an annotated network; "
        + "put [BayesianNetwork] on the class to compose it");

    [Fact]
    public Task ReportsAWrapperOfAClassWithoutAnnotations() => AnalyzerAssert.Reports(
        Using(Plain, "new Demo.[|BG0010:BayesianWhole|](new Whole())"),
        "There is no BayesianWhole, since class Whole has no annotation of its own: put [Bayesian(...)] on its layers, or on the class, "
        + "or [BayesianNetwork] if it holds networks with annotations");

    [Theory]
    [InlineData(Inner, "new Whole()")]
    [InlineData("[Bayesian(Gaussian)] " + Plain, "new BayesianWhole(new Whole())")]
    [InlineData(Plain, "new BayesianClassifier(new Classifier())")]
    [InlineData(Plain, "new BayesianOther()")]
    public Task AcceptsExistingWrappersAndOtherMissingNames(string member, string made) => AnalyzerAssert.Reports(Using(member, made));

    [Fact]
    public Task FixAddsBayesianNetworkToTheClass() => CodeFixAssert.Fixes<MissingWrapperCodeFix>(
        Using(Inner, "new BayesianWhole(new Whole())"),
        "Compose the networks: [BayesianNetwork]",
        Using(Inner, "new BayesianWhole(new Whole())").Replace(
            "public sealed class Whole", "[BayesianNetwork]\npublic sealed class Whole"));

    [Fact]
    public Task OffersNoFixWhereNoWeightWouldBeBayesian() =>
        CodeFixAssert.Offers<MissingWrapperCodeFix>(Using(Plain, "new BayesianWhole(new Whole())"));

    private static string Using(string member, string made) => TestSources.Classifier + $$"""

        public sealed class Whole : Module<Tensor, Tensor>
        {
            {{member}}
            public Whole() : base("Whole") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }

        public static class User
        {
            public static object Made() => {{made}};
        }
        """;
}
