using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0205.</summary>
public sealed class CallCodeFixTests
{
    private const string Title = "Use call";

    [Theory]
    [InlineData("fc.forward(x)", "fc.call(x)")]
    [InlineData("this.fc.forward( x.relu() /* why */ )", "this.fc.call( x.relu() /* why */ )")]
    [InlineData("nn.functional.linear(x.relu(), fc.weight, fc.bias)", "fc.call(x.relu())")]
    [InlineData("Twice(fc.forward, x)", "Twice(fc.call, x)")]
    public Task ReplacesForwardWithCall(string before, string after) =>
        CodeFixAssert.Fixes<CallCodeFix>(Network(before), Title, Network(after));

    [Fact]
    public Task FixesAllForwards() => CodeFixAssert.FixesAll<CallCodeFix>(
        Network("other.forward(x) + fc.forward(x)"), Title, Network("other.call(x) + fc.call(x)"));

    [Theory]
    [InlineData("nn.functional.linear(x, fc.weight)")]
    [InlineData("nn.functional.linear(x, fc.weight, other.bias)")]
    public Task OffersNothingForAnotherFunction(string forward) => CodeFixAssert.Offers<CallCodeFix>(Network(forward));

    private static string Network(string forward) => $$"""
        [Bayesian(Gaussian, Estimator = Estimator.Local)]
        public sealed class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(1, 1);
            private readonly Linear other = Linear(1, 1);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => {{forward}};
            private static Tensor Twice(Func<Tensor, Tensor> f, Tensor x) => f(f(x));
        }
        """;
}
