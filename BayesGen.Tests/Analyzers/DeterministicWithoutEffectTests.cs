using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0006.</summary>
public sealed class DeterministicWithoutEffectTests
{
    private const string Fc = "[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);";

    [Fact]
    public Task ReportsDeterministicWithoutAnAnnotationOfTheClass() => AnalyzerAssert.Reports(
        Network(Fc + "[[|BG0006:Deterministic|]] private readonly Linear plain = Linear(1, 1);"),
        "[Deterministic] on 'plain' has no effect: there is no [Bayesian] on class Net, so only annotated members are Bayesian");

    [Theory]
    [InlineData("private readonly ReLU relu = ReLU();", "'relu' has no effect: ReLU has no weights")]
    [InlineData(
        "private readonly Tensor buffer = ones(1);", "'buffer' has no effect: it holds Tensor, which is neither a module nor a Parameter")]
    [InlineData("private static readonly Linear Shared = Linear(1, 1);",
        "'Shared' has no effect: it is static, so it is no part of a network object")]
    [InlineData("public Linear? First => null;", "'First' has no effect: it is no auto-property; put it on the field that holds the layer")]
    public Task ReportsAMemberWithoutWeights(string member, string message) => AnalyzerAssert.Reports(
        "[Bayesian(Gaussian)] " + Network($"private readonly Linear fc = Linear(1, 1); [[|BG0006:Deterministic|]] {member}"),
        "[Deterministic] on " + message);

    [Theory]
    [InlineData("[Deterministic] private readonly Linear plain = Linear(1, 1);")]
    [InlineData("[Deterministic] public Linear Plain { get; } = Linear(1, 1);")]
    [InlineData("[Deterministic] private readonly Module<Tensor, Tensor> any = Linear(1, 1);")]
    [InlineData("[Deterministic] private readonly BatchNorm1d norm = BatchNorm1d(1);")]
    [InlineData("[Deterministic] private readonly Parameter scale = new(ones(1));")]
    public Task AcceptsDeterministicUnderAnAnnotationOfTheClass(string member) => AnalyzerAssert.Reports(
        "[Bayesian(Gaussian)] " + Network("private readonly Linear fc = Linear(1, 1);" + member));

    [Fact]
    public Task AcceptsDeterministicOnAnAnnotatedNetwork() => AnalyzerAssert.Reports(
        TestSources.Classifier + Network(Fc + "[Deterministic] private readonly Classifier inner = new();"));

    [Fact]
    public Task AcceptsABaseClassThatADerivedClassAnnotates() => AnalyzerAssert.Reports("""
        public class Base : Module<Tensor, Tensor>
        {
            [Deterministic] private readonly Linear plain = Linear(1, 1);
            protected Base(string name) : base(name) => RegisterComponents();
            public override Tensor forward(Tensor x) => plain.call(x);
        }

        [Bayesian(Gaussian)]
        public sealed class Net() : Base("Net")
        {
            private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(base.forward(x));
        }
        """);

    /// <summary>An heir in another project may have the annotation.</summary>
    [Theory]
    [InlineData("public class Block")]
    [InlineData("public abstract class Block")]
    public Task AcceptsAPublicBaseClassThatOthersMayAnnotate(string head) => AnalyzerAssert.Reports($$"""
        {{head}} : Module<Tensor, Tensor>
        {
            [Deterministic] private readonly Linear plain = Linear(1, 1);
            protected Block(string name) : base(name) => RegisterComponents();
            public override Tensor forward(Tensor x) => plain.call(x);
        }
        """);

    [Theory]
    [InlineData("internal class Block", "protected Block(string name) : base(name)")]
    [InlineData("public class Block", "private Block(string name) : base(name)")]
    public Task ReportsAClassThatNobodyElseCanDerive(string head, string constructor) => AnalyzerAssert.Reports($$"""
        {{head}} : Module<Tensor, Tensor>
        {
            [[|BG0006:Deterministic|]] private readonly Linear plain = Linear(1, 1);
            {{constructor}} => RegisterComponents();
            public override Tensor forward(Tensor x) => plain.call(x);
        }
        """);

    [Fact]
    public Task AcceptsAPartialPropertyWithAFieldOfItsOwn() => AnalyzerAssert.Reports("""
        [Bayesian(Gaussian)]
        public sealed partial class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net")
            {
                Plain = Linear(1, 1);
                RegisterComponents();
            }

            private readonly Linear fc = Linear(1, 1);
            [Deterministic] public partial Linear Plain { get; set; }
            public override Tensor forward(Tensor x) => Plain.call(x);
        }

        public sealed partial class Net
        {
            public partial Linear Plain { get => field; set => field = value; }
        }
        """);

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
