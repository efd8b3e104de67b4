using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0015 and BG0016: a forward that cannot be followed, and one that names a width.</summary>
public sealed class GraphTests
{
    [Theory]
    [InlineData("fc.call([|BG0015:x.erfinv()|])")]
    [InlineData("fc.call([|BG0015:x.sum().item<float>()|] > 0 ? x : -x)")]
    [InlineData("fc.call(x[[|BG0015:x|]])")] // A tensor as an index.
    public Task ReportsTheExpressionThatStopsTheGraph(string body) => AnalyzerAssert.Reports(Net(body));

    /// <summary>A name of the class is never a function of Torch, and two methods of one name are not chosen between.</summary>
    [Theory]
    [InlineData("fc.call([|BG0015:tanh(x)|])", "private readonly System.Func<Tensor, Tensor> tanh = t => t.tanh().clamp(-0.9, 0.9);")]
    [InlineData("fc.call([|BG0015:Act(x, 2.0)|])", "Tensor Act(Tensor t, int n) => t; Tensor Act(Tensor t, double n) => t * n;")]
    [InlineData("fc.call([|BG0015:functional.hardtanh(x)|])", "")]
    [InlineData("fc.call([|BG0015:x.hardtanh(-1, 1)|])", "")]
    [InlineData("fc.call(x * [|BG0015:Q|])", "static readonly double Q = System.Math.Sqrt(2);")]
    public Task ReportsANameThatMeansSomethingElse(string body, string member) => AnalyzerAssert.Reports(Net(body, member));

    [Theory]
    [InlineData("fc.call(Act(x, x))", "Tensor Act(Tensor t, int n) => t; Tensor Act(Tensor t, Tensor u) => t * u;")]
    [InlineData("fc.call(relu(x))", "private readonly ReLU relu = ReLU();")] // What cannot be called hides no function.
    [InlineData("fc.call(x.hardtanh_(-1, 1))", "")]
    public Task SaysNothingOfANameThatIsClear(string body, string member) => AnalyzerAssert.SaysNothing(Net(body, member));

    [Fact]
    public Task ReportsAWidthInAView() => AnalyzerAssert.Reports(Net("fc.call([|BG0016:x.view(-1, 2 * 2 * 2)|])"));

    [Theory]
    [InlineData("fc.call(x.flatten(1))")]
    [InlineData("fc.call(x.view(-1, 8))")] // It may be the last dimension that there is.
    [InlineData("fc.call(training ? x.erfinv() : x)")] // The arm of training is not the graph.
    [InlineData("functional.log_softmax(fc.call(x.relu()), 1)")]
    [InlineData("fc.call(x.reshape(x.size(0), -1))")]
    public Task SaysNothingOfWhatIsFollowed(string body) => AnalyzerAssert.SaysNothing(Net(body));

    /// <summary>Statements whose words in the generated method have to be as far apart as in the source.</summary>
    [Theory]
    [InlineData("{ { var y = x.relu(); x = y; } { var y = x.tanh(); x = y; } return fc.call(x); }")]
    [InlineData("{ if (!training) { var y = x.relu(); return fc.call(y); } var z = x.erfinv(); return z; }")]
    [InlineData("{ if (training) throw new System.InvalidOperationException(); return fc.call(x); }")]
    [InlineData("{ var graph = x.relu(); var network = graph.tanh(); var inputs = network + graph; return fc.call(inputs); }")]
    [InlineData("{ for (var i = 0; i < 2; i++) { var y = x * 2; x = y; } return fc.call(x); }")]
    [InlineData("{ { var fc = x.relu(); x = fc; } return fc.call(x); }")]
    [InlineData("{ return fc.call(x.reshape(x.size(0), System.Math.Max(1, 8))); }")]
    [InlineData("{ var n = x.size(0); var y = x.reshape(n, x.size(-1)); return fc.call(y); }")]
    [InlineData("{ var y = x; for (var i = 0; i < 2; i++) y = y + x[.., i..(i + 1)]; return fc.call(y[..2, ^8..^0] + y[-1]); }")]
    [InlineData("{ var (a, b) = (x, x.relu()); _ = a.neg_(); return fc.call(b); }")]
    public async Task StatementsBecomeAMethodThatCompiles(string body)
    {
        var source = Net("x").Replace("=> x;", body);
        GeneratorHarness.Run(source).Compiles();
        await AnalyzerAssert.SaysNothing(source);
    }

    private static string Net(string body, string member = "") => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(8, 2);
            {{member}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => {{body}};
        }
        """;
}
