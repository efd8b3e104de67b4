using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0003.</summary>
public sealed class NotAFamilyTests
{
    [Theory]
    [InlineData("typeof(string)", "'string' cannot be used here: it does not derive from Posterior; a family is a class that derives from Posterior and implements IPosterior of itself")]
    [InlineData("typeof(Posterior)", "'Posterior' cannot be used here: it is abstract; name the posterior class itself")]
    [InlineData("(Family)99", "'(Family)99' cannot be used here: BayesGen has no such family; name one of the members of Family")]
    [InlineData("typeof(Half)", "'Half' cannot be used here: it does not implement IPosterior<Half>, which says how to build and start it")]
    [InlineData("typeof(Unfinished)", "'Unfinished' cannot be used here: it is abstract; name the posterior class itself")]
    [InlineData("typeof(Hidden)", "'Hidden' cannot be used here: generated code cannot name it; make it internal or public")]
    [InlineData("typeof(Open<>)", "'Open<>' cannot be used here: it is generic; name it with its type arguments")]
    [InlineData("Gaussian, Prior = typeof(int[])", "'int[]' cannot be used here: it is not a prior class")]
    [InlineData("Gaussian, Prior = typeof(string)", "'string' cannot be used here: it does not derive from Prior")]
    [InlineData("Gaussian, Prior = typeof(ProperPrior)", "'ProperPrior' cannot be used here: it is abstract; name the prior class itself")]
    [InlineData("Gaussian, Prior = typeof(LogUniformPrior), PriorScale = 2", "'LogUniformPrior' cannot be used here: it has no public constructor that takes a scale, one double; remove PriorScale or add the constructor")]
    [InlineData("LogUniform, PriorScale = 0.5",
        "'PriorScale' cannot be used here: the default prior of the LogUniform family, LogUniformPrior, has no scale; remove PriorScale, "
        + "or name a Prior that has one")]
    [InlineData("Gaussian, PriorScale = -1", "'PriorScale' cannot be used here: a scale is a positive, finite number")]
    [InlineData(
        "Gaussian, InitialLogSigma = double.NegativeInfinity", "'InitialLogSigma' cannot be used here: log sigma is a finite number")]
    [InlineData(
        "typeof(HalvesPosterior), Groups = (UnitAxis)9",
        "'Groups' cannot be used here: BayesGen has no such axis; name one of the members of UnitAxis")]
    [InlineData(
        "typeof(HalvesPosterior), IncludeBias = true",
        "'IncludeBias' cannot be used here: biases have no units of their own, and the Halves family leaves them plain numbers")]
    public async Task ReportsAnUnusablePosteriorOrPriorAndSaysWhy(string arguments, string message)
    {
        var source = Network($"[[|BG0003:Bayesian({arguments})|]] private readonly Linear fc = Linear(1, 1);");
        await AnalyzerAssert.Reports(source, message);
        AnalyzerAssert.CompilesBeside(source + "class User { public object? Of(BayesianNet model) => model.Posterior.Fc; }");
    }

    [Theory]
    [InlineData("typeof(GaussianPosterior)")]
    [InlineData("Gaussian, Prior = typeof(GaussianPrior), PriorScale = 2")]
    [InlineData("Gaussian, Prior = typeof(LaplacePrior), PriorScale = 2")]
    [InlineData("Gaussian, PriorScale = 0.1, InitialLogSigma = -3, IncludeBias = false")]
    [InlineData("SparseDropout, IncludeBias = true")]
    [InlineData("typeof(HalvesPosterior), IncludeBias = false, Groups = UnitAxis.Outputs")]
    public Task AcceptsUsablePosteriorsAndPriors(string arguments) =>
        AnalyzerAssert.Reports(Network($"[Bayesian({arguments})] private readonly Linear fc = Linear(1, 1);"));

    [Fact]
    public Task ReportsAnAnnotationOfTheClassOnce() => AnalyzerAssert.Reports(
        "[[|BG0003:Bayesian(typeof(int))|]] "
            + Network("private readonly Linear a = Linear(1, 1); private readonly Linear b = Linear(1, 1);"));

    [Fact]
    public Task ReportsAFindingOfABaseClassAtTheBaseClass() => AnalyzerAssert.Reports("""
        public abstract class Base : Module<Tensor, Tensor>
        {
            protected Base(string name) : base(name) => RegisterComponents();
            [[|BG0003:Bayesian(typeof(int))|]] private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }

        [BayesianNetwork] public sealed class First() : Base("First");
        [BayesianNetwork] public sealed class Second() : Base("Second");
        """);

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }

        public abstract class Unfinished() : Posterior([]);

        file sealed class Hidden : Half;

        public sealed class Open<T> : Half;

        public class Half() : Posterior([])
        {
            public override Tensor Sample(NoiseSource noise) => ones(1);
            public override Tensor Mean() => ones(1);
            public override Tensor Variance() => ones(1);
            public override Tensor Score() => ones(1);
        }

        """ + TestSources.UnitFamily;
}
