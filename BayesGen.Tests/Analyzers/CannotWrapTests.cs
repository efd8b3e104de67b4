using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0001.</summary>
[Trait("Lane", "Slow")]
public sealed class CannotWrapTests
{
    private const string Body = """
        {
            public Net() : base("Net") => RegisterComponents();
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """;

    [Fact]
    public async Task AnnotationsOfANestedClassCountForThatClassOnly()
    {
        const string source = """
            public static class Zoo
            {
                [Bayesian(Gaussian)]
                public sealed class Net : Module<Tensor, Tensor>
                {
                    [Bayesian(Gaussian)]
                    public sealed class Block : Module<Tensor, Tensor>
                    {
                        private readonly Linear fc = Linear(1, 1);
                        public Block() : base("Block") => RegisterComponents();
                        public override Tensor forward(Tensor x) => fc.call(x);
                    }

                    [Bayesian(LogUniform)] private readonly Linear head = Linear(1, 1);
                    public Net() : base("Net") => RegisterComponents();
                    public override Tensor forward(Tensor x) => head.call(x);
                }
            }

            public sealed class Outer : Module<Tensor, Tensor>
            {
                [Bayesian(Gaussian)]
                public sealed class Part : Module<Tensor, Tensor>
                {
                    private readonly Linear fc = Linear(1, 1);
                    public Part() : base("Part") => RegisterComponents();
                    public override Tensor forward(Tensor x) => fc.call(x);
                }

                [Bayesian(LogUniform)] private readonly Linear head = Linear(1, 1);
                public Outer() : base("Outer") => RegisterComponents();
                public override Tensor forward(Tensor x) => head.call(x);
            }
            """;
        await AnalyzerAssert.Reports(source);
        Assert.Equal(
            ["BayesianOuter.g.cs", "BayesianOuter_Part.g.cs", "BayesianZoo_Net.g.cs", "BayesianZoo_Net_Block.g.cs"],
            GeneratorHarness.Run(source).Compiles().Wrappers.Select(wrapper => wrapper.HintName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public Task ReportsAPrivateNestedClass() => AnalyzerAssert.Reports(
        $$"""public class Outer { private sealed class [|BG0001:Net|] : Module<Tensor, Tensor> {{Body}} }""",
        "'Net' cannot get a Bayesian wrapper: it is nested and private or protected, so no class beside it can name it; "
        + "make it internal or public");

    [Fact]
    public Task ReportsAFileLocalClass() => AnalyzerAssert.Reports(
        $$"""file sealed class [|BG0001:Net|] : Module<Tensor, Tensor> {{Body}}""",
        "'Net' cannot get a Bayesian wrapper: it is local to its file, so no other file can name it; remove the modifier 'file'");

    [Fact]
    public async Task ReportsAGenericClass()
    {
        const string source = $$"""
            public sealed class [|BG0001:Net|]<T> : Module<Tensor, Tensor> where T : class, new() {{Body}}
            public static class User { public static BayesianNet<object>? Model; }
            """;
        await AnalyzerAssert.Reports(
            source,
            "'Net<T>' cannot get a Bayesian wrapper: it is generic; derive a class without type parameters from it and put "
            + "[BayesianNetwork] on that one");
        AnalyzerAssert.CompilesBeside(source);
    }

    /// <summary>A library ships it for the classes that derive from it elsewhere.</summary>
    [Fact]
    public async Task AcceptsAnAbstractClassWithOrWithoutDerivedClasses()
    {
        const string source = $$"""public abstract class Net : Module<Tensor, Tensor> {{Body}}""";
        await AnalyzerAssert.Reports(source);
        await AnalyzerAssert.Reports("[Bayesian(Gaussian)] " + source);
        await AnalyzerAssert.Reports(source + "[BayesianNetwork] public sealed class Derived : Net;");
        Assert.Equal(["BayesianNet.g.cs"], GeneratorHarness.Run(source).Compiles().Wrappers.Select(file => file.HintName));
    }

    [Fact]
    public Task AcceptsAGenericClassWithAnnotatedDerivedClasses() => AnalyzerAssert.Reports($$"""
        public abstract class Net<T> : Module<Tensor, Tensor> {{Body}}
        [BayesianNetwork] public sealed class Derived : Net<int>;
        """);

    [Fact]
    public Task ReportsAClassThatIsNotANetwork() => AnalyzerAssert.Reports(
        "public sealed class [|BG0001:Net|] { [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1); public Linear Fc => fc; }",
        "'Net' cannot get a Bayesian wrapper: it is not a TorchSharp network; derive it from Module<Tensor, Tensor> or another Module<...> "
        + "and override forward");

    [Fact]
    public Task ReportsAStaticClass() => AnalyzerAssert.Reports("[BayesianNetwork] public static class [|BG0001:Net|];");

    [Fact]
    public Task ReportsAWrapperNameThatIsTaken() => AnalyzerAssert.Reports(
        $$"""
        public sealed class [|BG0001:Net|] : Module<Tensor, Tensor> {{Body}}
        public sealed class BayesianNet;
        """,
        "'Net' cannot get a Bayesian wrapper: there is a class BayesianNet beside it already; rename one of the two");

    [Fact]
    public Task ReportsTwoWrappersOfOneName() => AnalyzerAssert.Reports(
        $$"""
        public static class Outer { public sealed class [|BG0001:Net|] : Module<Tensor, Tensor> {{Body}} }
        public sealed class [|BG0001:Outer_Net|] : Module<Tensor, Tensor> {{Body.Replace("Net()", "Outer_Net()")}}
        """,
        "'Net' cannot get a Bayesian wrapper: its wrapper BayesianOuter_Net would have the name of that of Outer_Net; "
        + "rename one of the two",
        "'Outer_Net' cannot get a Bayesian wrapper: its wrapper BayesianOuter_Net would have the name of that of Outer.Net; "
        + "rename one of the two");

    [Fact]
    public Task AcceptsAnOrdinaryNetwork() => AnalyzerAssert.Reports($$"""public sealed class Net : Module<Tensor, Tensor> {{Body}}""");
}
