using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0016.</summary>
public sealed class FlattenCodeFixTests
{
    [Fact]
    public Task LaysTheMapFlatWithoutItsWidth() => CodeFixAssert.Fixes<FlattenCodeFix>(
        Net("x.view(-1, 64 * 7 * 7)"), "Use flatten(1)", Net("x.flatten(1)"));

    private static string Net(string flat) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(3136, 2);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call({{flat}});
        }
        """;
}
