using System.Reflection;
using System.Runtime.Loader;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0011, and that the runtime refuses the same families in the same words.</summary>
public sealed class UndescribedFamilyTests
{
    private const string Sound = "[PosteriorFamily(\"Own\")] [PosteriorParameter(\"mu\")]";

    public static TheoryData<string, string, string> Faults => new()
    {
        {
            "", "", "[PosteriorFamily] is missing; write [PosteriorFamily(\"...\")] with the name of the family on Own"
        },
        {
            "[PosteriorParameter(\"mu\")]", "",
            "[PosteriorFamily] is missing; write [PosteriorFamily(\"...\")] with the name of the family on Own"
        },
        {
            "[PosteriorFamily(\"\")] [PosteriorParameter(\"mu\")]", "",
            "the name '' of the family has other signs than letters, digits and underscores, or none"
        },
        {
            "[PosteriorFamily(\"My.Own\")] [PosteriorParameter(\"mu\")]", "",
            "the name 'My.Own' of the family has other signs than letters, digits and underscores, or none"
        },
        {
            "[PosteriorFamily(null!)] [PosteriorParameter(\"mu\")]", "",
            "the name '' of the family has other signs than letters, digits and underscores, or none"
        },
        {
            "[PosteriorFamily(\"Own\", LowestScore = 2, HighestScore = 1)] [PosteriorParameter(\"mu\")]", "",
            "LowestScore 2 is not below HighestScore 1"
        },
        {
            "[PosteriorFamily(\"Own\", LowestScore = double.NaN)] [PosteriorParameter(\"mu\")]", "",
            "LowestScore NaN is not below HighestScore Infinity"
        },
        {
            "[PosteriorFamily(\"Own\", LowestScore = 0, NaturalThreshold = -1)] [PosteriorParameter(\"mu\")]", "",
            "NaturalThreshold -1 would prune none or all: scores lie between 0 and Infinity"
        },
        {
            "[PosteriorFamily(\"Own\", HighestScore = 0.5, NaturalThreshold = 1)] [PosteriorParameter(\"mu\")]", "",
            "NaturalThreshold 1 would prune none or all: scores lie between -Infinity and 0.5"
        },
        {
            "[PosteriorFamily(\"Own\", DefaultPrior = typeof(string))] [PosteriorParameter(\"mu\")]", "",
            "DefaultPrior String does not derive from Prior"
        },
        {
            "[PosteriorFamily(\"Own\")]", "",
            "it names no parameter; write one [PosteriorParameter(\"...\")] for each, in the order in which Over takes them"
        },
        {
            "[PosteriorFamily(\"Own\")] [PosteriorParameter(\"mu\")] [PosteriorParameter(\"log sigma\")]", "",
            "the parameter 'log sigma' has other signs than letters, digits and underscores, or none"
        },
        {
            "[PosteriorFamily(\"Own\")] [PosteriorParameter(\"mu\")] [PosteriorParameter(\"mask\")]", "",
            "'mask' cannot be the name of a parameter, since keys use it for something else"
        },
        {
            "[PosteriorFamily(\"Own\")] [PosteriorParameter(\"mu\")] [PosteriorParameter(\"mu\")]", "",
            "two of its parameters are called 'mu'"
        },
        {
            "[PosteriorFamily(\"Own\")] [PosteriorParameter(\"mu\", LearningRateFactor = -1)]", "",
            "the LearningRateFactor -1 of 'mu' is not a finite number of at least 0"
        },
        {
            "[PosteriorFamily(\"Own\")] [PosteriorParameter(\"mu\", LearningRateFactor = double.PositiveInfinity)]", "",
            "the LearningRateFactor Infinity of 'mu' is not a finite number of at least 0"
        },
        {
            "[PosteriorFamily(\"Own\")] [PosteriorParameter(\"mu\", Extent = ParameterExtent.Unit)]", "",
            "none of its parameters has a number for every weight; one has to, such as the means: its shape is that of the weight"
        },
        {
            "[PosteriorFamily(\"Own\", SupportsLocal = true)] [PosteriorParameter(\"mu\")] "
                + "[PosteriorParameter(\"scale\", Extent = ParameterExtent.Unit)]",
            "",
            "SupportsLocal is for weights that are independent of each other, and those of a unit or layer share 'scale'; remove it"
        },
        {
            Sound, ", IHasClosedFormKl", "it implements IHasClosedFormKl, and [ClosedFormKl(typeof(...))] does not name the priors"
        },
        {
            Sound + "[ClosedFormKl]", ", IHasClosedFormKl",
            "it implements IHasClosedFormKl, and [ClosedFormKl(typeof(...))] does not name the priors"
        },
        {
            Sound + "[ClosedFormKl(typeof(GaussianPrior))]", "", "[ClosedFormKl] names priors, and it does not implement IHasClosedFormKl"
        },
        {
            Sound + "[ClosedFormKl(typeof(GaussianPrior), typeof(int))]", ", IHasClosedFormKl",
            "Int32 of [ClosedFormKl] does not derive from Prior"
        },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task BuildAndRuntimeSayTheSame(string attributes, string interfaces, string fault)
    {
        var source = Family($"{attributes} public sealed class [|BG0011:Own|]", interfaces);
        await AnalyzerAssert.Reports(source, $"'Own' does not describe its family: {fault}");

        var thrown = Assert.Throws<InvalidOperationException>(() => FamilyDescriptor.Of(Loaded(source)));
        Assert.Equal($"Own does not describe its family: {fault}.", thrown.Message);
    }

    [Theory]
    [InlineData(Sound, "")]
    [InlineData(
        "[PosteriorFamily(\"Own_2\", LowestScore = -1, HighestScore = 1, NaturalThreshold = 1)] [PosteriorParameter(\"größe\")]", "")]
    [InlineData(
        "[PosteriorFamily(name: \"Own\", DefaultPrior = typeof(GaussianPrior))] [PosteriorParameter(\"a\", LearningRateFactor = 0)]", "")]
    [InlineData(Sound + "[PosteriorParameter(\"scale\", Extent = ParameterExtent.Unit)]", "")]
    [InlineData("[PosteriorFamily(\"Own\", SupportsLocal = true)] [PosteriorParameter(\"mu\")]", "")]
    [InlineData(Sound + "[ClosedFormKl(typeof(GaussianPrior), typeof(OwnPrior))]", ", IHasClosedFormKl")]
    public async Task ASoundDescriptionIsFineInBoth(string attributes, string interfaces)
    {
        var source = Family($"{attributes} public sealed class Own", interfaces);
        await AnalyzerAssert.Reports(source);
        Assert.NotNull(FamilyDescriptor.Of(Loaded(source)));
    }

    [Fact]
    public Task AFamilyAttributeOnAClassThatIsNoFamilyIsReported() => AnalyzerAssert.Reports(
        """
        [PosteriorFamily("Odd")] public sealed class [|BG0011:Odd|];
        [PosteriorFamily("Half")] public abstract class [|BG0011:Half|]() : Posterior([]);
        """,
        "'Odd' does not describe its family: [PosteriorFamily] is for a class that can be made, derives from Posterior and implements "
        + "IPosterior<Odd>",
        "'Half' does not describe its family: [PosteriorFamily] is for a class that can be made, derives from Posterior and implements "
        + "IPosterior<Half>");

    /// <summary>A class between Posterior and a family describes nothing itself, and a family inherits no description.</summary>
    [Fact]
    public Task AnAbstractBaseClassNeedsNoDescription() => AnalyzerAssert.Reports(
        "public abstract class Base : Posterior { protected Base() : base([]) { } }\n" + Family($"{Sound} public sealed class Own", ""));

    /// <summary>One sentence at the class, and a wrapper that can be written against.</summary>
    [Fact]
    public async Task AnAnnotationThatNamesItIsNotReportedOnceMore()
    {
        var source = Family("public sealed class [|BG0011:Own|]", "") + """

            [Bayesian(typeof(Own), Estimator = Estimator.Local)]
            [BayesianNetwork(Loss = typeof(OwnLoss))]
            public sealed class Net : Module<Tensor, Tensor>
            {
                private readonly Linear fc = Linear(1, 1);
                public Net() : base("Net") => RegisterComponents();
                public override Tensor forward(Tensor x) => fc.call(x);
            }

            public sealed class OwnLoss : VariationalLoss, IScores<Posterior>
            {
                public Tensor Divergence(System.Collections.Generic.IReadOnlyList<IScoredWeights<Posterior>> weights) => zeros(1);
            }

            public static class User { public static Own Of(BayesianNet model) => model.Posterior.Fc.Weight; }
            """;
        await AnalyzerAssert.Reports(source);
        AnalyzerAssert.CompilesBeside(source);
    }

    private static string Family(string head, string interfaces) => $$"""
        {{head}} : Posterior, IPosterior<Own>{{interfaces}}
        {
            private Own(System.Collections.Generic.IReadOnlyList<Tensor> parameters) : base(parameters) { }
            public static Own Over(System.Collections.Generic.IReadOnlyList<Tensor> parameters) => new(parameters);
            public static void Initialize(Own posterior, Tensor weight, WeightOptions options) { }
            public static Prior DefaultPrior(double? scale) => new GaussianPrior();
            public override Tensor Sample(NoiseSource noise) => Parameters[0].clone();
            public override Tensor Mean() => Parameters[0].clone();
            public override Tensor Variance() => zeros_like(Parameters[0]);
            public override Tensor Score() => Parameters[0].abs();
            public Tensor? KlTo(Prior prior) => null;
        }

        public sealed record OwnPrior : Prior;
        """;

    /// <summary>The class of a source, loaded into this process.</summary>
    private static Type Loaded(string marked)
    {
        using var image = new MemoryStream();
        var emitted = GeneratorHarness.Compile(marked.Replace("[|BG0011:", "").Replace("|]", "")).Emit(image);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics));
        image.Position = 0;
        Assembly assembly = new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(image);
        return assembly.GetType("Own")!;
    }
}
