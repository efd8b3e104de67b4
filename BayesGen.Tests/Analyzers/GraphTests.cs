using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0015 and BG0016: a forward that cannot be followed, and one that names a width.</summary>
public sealed class GraphTests
{
    [Theory]
    [InlineData("fc.call([|BG0015:x.erfinv()|])")]
    [InlineData("fc.call([|BG0015:x.sum().item<float>()|] > 0 ? x : -x)")]
    public Task ReportsTheExpressionThatStopsTheGraph(string body) => AnalyzerAssert.Reports(Net(body));

    [Fact]
    public Task ReportsAWidthInAView() => AnalyzerAssert.Reports(Net("fc.call([|BG0016:x.view(-1, 2 * 2 * 2)|])"));

    [Theory]
    [InlineData("fc.call(x.flatten(1))")]
    [InlineData("fc.call(x.view(-1, 8))")] // It may be the last dimension that there is.
    [InlineData("fc.call(training ? x.erfinv() : x)")] // The arm of training is not the graph.
    [InlineData("functional.log_softmax(fc.call(x.relu()), 1)")]
    public Task SaysNothingOfWhatIsFollowed(string body) => AnalyzerAssert.Reports(Net(body));

    private static string Net(string body) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(8, 2);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => {{body}};
        }
        """;
}
