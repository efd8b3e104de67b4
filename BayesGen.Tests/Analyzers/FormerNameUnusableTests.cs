using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0303.</summary>
public sealed class FormerNameUnusableTests
{
    [Theory]
    [InlineData(
        """[[|BG0303:FormerlyKnownAs("head")|]] private readonly Linear fc = Linear(1, 1); private readonly Linear head = Linear(1, 1);""",
        "[FormerlyKnownAs(\"head\")] on 'fc' cannot be used: 'head' is a member of Net today, so a file with that name may mean either; rename that member")]
    [InlineData(
        """[[|BG0303:FormerlyKnownAs("fc")|]] private readonly Linear fc = Linear(1, 1);""",
        "[FormerlyKnownAs(\"fc\")] on 'fc' cannot be used: 'fc' is its name today; write the old name, or remove it")]
    [InlineData(
        """[[|BG0303:FormerlyKnownAs("")|]] private readonly Linear fc = Linear(1, 1);""",
        "[FormerlyKnownAs(\"\")] on 'fc' cannot be used: an old name is that of a field or property alone, without dots; write it as the class had it")]
    [InlineData(
        """[[|BG0303:FormerlyKnownAs("stem.fc")|]] private readonly Linear fc = Linear(1, 1);""",
        "[FormerlyKnownAs(\"stem.fc\")] on 'fc' cannot be used: an old name is that of a field or property alone, without dots; write it as the class had it")]
    [InlineData(
        """[[|BG0303:FormerlyKnownAs("act")|]] private readonly ReLU relu = ReLU();""",
        "[FormerlyKnownAs(\"act\")] on 'relu' cannot be used: 'relu' holds ReLU, of which nothing is saved; remove it")]
    [InlineData(
        """[[|BG0303:FormerlyKnownAs("size")|]] private readonly int count = 3;""",
        "[FormerlyKnownAs(\"size\")] on 'count' cannot be used: 'count' holds int, of which nothing is saved; remove it")]
    [InlineData(
        """[[|BG0303:FormerlyKnownAs("first")|]] private Linear Other => other;""",
        "[FormerlyKnownAs(\"first\")] on 'Other' cannot be used: it holds nothing itself; put it on the field that does")]
    [InlineData(
        """[[|BG0303:FormerlyKnownAs("first")|]] private static readonly Linear Shared = Linear(1, 1);""",
        "[FormerlyKnownAs(\"first\")] on 'Shared' cannot be used: it holds nothing itself; put it on the field that does")]
    [InlineData(
        """[field: [|BG0303:FormerlyKnownAs("Fc")|]] public Linear Fc { get; } = Linear(1, 1);""",
        "[FormerlyKnownAs(\"Fc\")] on 'Fc' cannot be used: 'Fc' is its name today; write the old name, or remove it")]
    public Task ReportsAFormerNameThatNoFileCanUse(string member, string message) => AnalyzerAssert.Reports(Network(member), message);

    [Fact]
    public Task ReportsTwoMembersWithOneFormerName() => AnalyzerAssert.Reports(
        Network("""
            [[|BG0303:FormerlyKnownAs("fc")|]] private readonly Linear a = Linear(1, 1);
            [[|BG0303:FormerlyKnownAs("fc")|]] private readonly Linear b = Linear(1, 1);
            """),
        "[FormerlyKnownAs(\"fc\")] on 'a' cannot be used: 'b' has the same old name; remove it from one of the two",
        "[FormerlyKnownAs(\"fc\")] on 'b' cannot be used: 'a' has the same old name; remove it from one of the two");

    [Fact]
    public Task ReportsAFormerNameThatADerivedClassUses() => AnalyzerAssert.Reports(
        """
        public abstract class Base(string name) : Module<Tensor, Tensor>(name)
        {
            [Bayesian(Gaussian), [|BG0303:FormerlyKnownAs("head")|]] private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }

        [BayesianNetwork]
        public sealed class Net : Base
        {
            private readonly Linear head = Linear(1, 1);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => head.call(x);
        }
        """);

    [Fact]
    public Task ReportsAFormerNameInAClassWithoutAWrapper() => AnalyzerAssert.Reports(
        """
        public sealed class Block : Module<Tensor, Tensor>
        {
            [[|BG0303:FormerlyKnownAs("a")|]] private readonly Linear fc = Linear(1, 1);
            public Block() : base("Block") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """,
        "[FormerlyKnownAs(\"a\")] on 'fc' cannot be used: no Bayesian neural network has this member, so nobody would read it; put [BayesianNetwork] on Block");

    [Theory]
    [InlineData("""[FormerlyKnownAs("a"), FormerlyKnownAs("b")] private readonly Linear fc = Linear(1, 1);""")]
    [InlineData("""[FormerlyKnownAs("scale")] private readonly Parameter gain = new(ones(1));""")]
    [InlineData("""[FormerlyKnownAs("mean")] private readonly Tensor offset = zeros(1);""")]
    [InlineData("""[FormerlyKnownAs("body")] private readonly Module<Tensor, Tensor> tail = Sequential(Linear(1, 1));""")]
    [InlineData("""[FormerlyKnownAs("norm")] public BatchNorm1d? Norm { get; }""")]
    [InlineData("""[FormerlyKnownAs("relu")] private readonly Linear fc = Linear(1, 1); private readonly ReLU relu = ReLU();""")]
    [InlineData("""[field: FormerlyKnownAs("norm")] public BatchNorm1d? Norm { get; }""")]
    public Task AcceptsAFormerNameThatFilesCanHave(string member) => AnalyzerAssert.Reports(Network(member));

    private static string Network(string member) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear other = Linear(1, 1);
            {{member}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
