using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0201.</summary>
public sealed class SoftmaxCodeFixTests
{
    private const string Title = "Remove the softmax";

    [Theory]
    [InlineData("=> fc.call(x).softmax(1);", "=> fc.call(x);")]
    [InlineData("=> nn.functional.log_softmax(fc.call(x), 1);", "=> fc.call(x);")]
    [InlineData("=> soft.call(fc.call(x));", "=> fc.call(x);")]
    [InlineData("=> fc.call(x).softmax(1).MoveToOuterDisposeScope();", "=> fc.call(x).MoveToOuterDisposeScope();")]
    [InlineData("{ var y = fc.call(x); return y.softmax(1); }", "{ var y = fc.call(x); return y; }")]
    [InlineData("{ x = fc.call(x); x = x.softmax(1); return x; }", "{ x = fc.call(x); return x; }")]
    public Task RemovesTheSoftmaxOfForward(string before, string after) =>
        CodeFixAssert.Fixes<SoftmaxCodeFix>(Network(before), Title, Network(after));

    [Theory]
    [InlineData("Sequential(Linear(4, 3), Softmax(1))", "Sequential(Linear(4, 3))")]
    [InlineData("Sequential((\"fc\", Linear(4, 3)), (\"soft\", LogSoftmax(1)))", "Sequential((\"fc\", Linear(4, 3)))")]
    public Task RemovesASoftmaxLayer(string before, string after) =>
        CodeFixAssert.Fixes<SoftmaxCodeFix>(Network("=> seq.call(x);", before), Title, Network("=> seq.call(x);", after));

    [Fact]
    public Task FixesAllSoftmaxes() => CodeFixAssert.FixesAll<SoftmaxCodeFix>(
        Network("=> fc.call(x).softmax(1);")
            .Replace("null", "(model.CreateTrainer(new TrainerOptions()), model.CreateTrainer(new TrainerOptions()))"),
        Title,
        Network("=> fc.call(x);")
            .Replace("null", "(model.CreateTrainer(new TrainerOptions()), model.CreateTrainer(new TrainerOptions()))"));

    private static string Network(string forward, string sequential = "Sequential(Linear(4, 3))") => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(4, 3);
            private readonly Softmax soft = Softmax(1);
            private readonly Sequential seq = {{sequential}};
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) {{forward}}
        }

        public static class User
        {
            public static object Train(BayesianNet model) => model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.CrossEntropy });
            public static object? More(BayesianNet model) => null;
        }
        """;
}
