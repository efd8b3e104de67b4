using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>"Bayesian last layer only" on an ordinary network.</summary>
public sealed class BayesianLastLayerRefactoringTests
{
    private const string Before = """
        using BayesGen;
        using TorchSharp.Modules;
        using static BayesGen.Family;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch.nn.functional;

        public sealed class [||]Net : Module<Tensor, Tensor>
        {
            private readonly Linear head = Linear(2, 2);
            private readonly Linear a = Linear(2, 2), b = Linear(2, 2);
            public Linear Body { get; } = Linear(2, 2);
            private readonly LSTM lstm = LSTM(2, 2);
            private readonly Sequential tail = Sequential(Linear(2, 2), ReLU());
            private readonly BatchNorm1d norm = BatchNorm1d(2);
            private readonly ReLU activation = ReLU();
            public Net() : base("Net") => RegisterComponents();

        """;

    /// <summary>Which field the annotation goes to for a forward pass.</summary>
    [Theory]
    [InlineData("=> head.call(relu(Body.call(x)));", "head")]
    [InlineData("=> log_softmax(head.call(Body.call(x)), 1);", "head")]
    [InlineData("=> Body.call(head.call(x)).flatten(1);", "Body")]
    [InlineData("=> activation.call(norm.call(Body.call(x)));", "Body")]
    [InlineData("{ x = Body.call(x); x = relu(x); x = head.call(x); return x; }", "head")]
    [InlineData("{ x = head.call(x); x = relu(x); x = x + 1; return x; }", "head")]
    [InlineData("{ using var h = Body.call(x); var y = tail.call(h); return y.MoveToOuterDisposeScope(); }", "tail")]
    [InlineData("{ var (y, h, c) = lstm.call(Body.call(x)); return y; }", "lstm")]
    [InlineData("{ for (var i = 0; i < 3; i++) x = relu(Body.call(x)); return x; }", "Body")]
    [InlineData("{ var y = tail.call(x); y += 1; return y; }", "tail")]
    [InlineData("{ if (training) return this.Body.forward(x); return head.call(x); }", "Body")]
    [InlineData("=> x + (training ? head.call(x) : x);", "head")]
    [InlineData("=> x;", "tail")]
    [InlineData("=> Helper(x); private Tensor Helper(Tensor x) => head.call(x);", "tail")]
    public Task AnnotatesTheLastLayerOfForward(string forward, string field)
    {
        var rest = $"    public override Tensor forward(Tensor x) {forward}\n}}\n";
        var declaration = field switch
        {
            "Body" => "public Linear Body",
            "lstm" => "private readonly LSTM lstm",
            "tail" => "private readonly Sequential tail",
            _ => "private readonly Linear head",
        };
        return RefactoringAssert.Refactors<BayesianLastLayerRefactoring>(
            Before + rest,
            $"Bayesian last layer only ('{field}')",
            Before.Replace("[||]", "").Replace(declaration, "[Bayesian(Gaussian)] " + declaration) + rest,
            "BayesianNet.g.cs");
    }

    [Fact]
    public Task AddsMissingUsings() => RefactoringAssert.Refactors<BayesianLastLayerRefactoring>(
        """
        using TorchSharp.Modules;
        using static TorchSharp.torch;

        public sealed class [||]Net() : nn.Module<Tensor, Tensor>("Net")
        {
            private readonly Linear fc = nn.Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """,
        "Bayesian last layer only ('fc')",
        """
        using BayesGen;
        using TorchSharp.Modules;
        using static BayesGen.Family;
        using static TorchSharp.torch;

        public sealed class Net() : nn.Module<Tensor, Tensor>("Net")
        {
            [Bayesian(Gaussian)] private readonly Linear fc = nn.Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """,
        "BayesianNet.g.cs");

    /// <summary>The attribute would be on both.</summary>
    [Fact]
    public Task OffersNothingForALayerThatSharesItsDeclaration() => RefactoringAssert.Offers<BayesianLastLayerRefactoring>(
        Before + "    public override Tensor forward(Tensor x) => b.call(a.call(x));\n}\n");
}
