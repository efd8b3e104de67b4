using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>A family of a user's own, in the project of the network and in a referenced one, is known as well as a shipped one.</summary>
public sealed class OwnFamilyTests
{
    /// <summary>Scores between 0 and 1, a closed form to one prior, no density, a default prior without a scale, plain biases.</summary>
    private const string Bounded = """
        namespace Library;

        [PosteriorFamily("Bounded", IncludesBias = false, LowestScore = 0, HighestScore = 1, DefaultPrior = typeof(FlatPrior))]
        [PosteriorParameter("middle")]
        [PosteriorParameter("log_width", LearningRateFactor = 2)]
        [ClosedFormKl(typeof(FlatPrior))]
        public sealed class BoundedPosterior : Posterior, IPosterior<BoundedPosterior>, IHasClosedFormKl
        {
            private BoundedPosterior(System.Collections.Generic.IReadOnlyList<Tensor> parameters) : base(parameters) { }
            public static BoundedPosterior Over(System.Collections.Generic.IReadOnlyList<Tensor> parameters) => new(parameters);
            public static void Initialize(BoundedPosterior posterior, Tensor weight, WeightOptions options) { }
            public static Prior DefaultPrior(double? scale) => new FlatPrior();
            public override Tensor Sample(NoiseSource noise) => Parameters[0].clone();
            public override Tensor Mean() => Parameters[0].clone();
            public override Tensor Variance() => zeros_like(Parameters[0]);
            public override Tensor Score() => Parameters[0].abs();
            public Tensor? KlTo(Prior prior) => prior is FlatPrior ? Parameters[0].square() : null;
        }

        public record FlatPrior : Prior;

        public sealed record FlatterPrior : FlatPrior;

        public sealed class BoundedLoss : VariationalLoss, IScores<BoundedPosterior>
        {
            public Tensor Divergence(System.Collections.Generic.IReadOnlyList<IScoredWeights<BoundedPosterior>> weights) => zeros(1);
        }
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ItsWrapperHasTypedMapsAndConstantsForKeys(bool isReferenced)
    {
        var source = Network("Bayesian(typeof(Library.BoundedPosterior))", """
            public static Library.BoundedPosterior Window(BayesianNet model) => model.Posterior.Fc.Weight;
            public const string Key = BayesianNet.StateKeys.FcWeightLogWidth + BayesianNet.StateKeys.FcWeightMiddle
                + BayesianNet.StateKeys.FcWeightMask + BayesianNet.StateKeys.FcBias;
            """);
        var networks = GeneratorHarness.Run(Compilation(source, isReferenced)).Compiles();
        Assert.Contains("Linear, Bounded family", networks["BayesianNet.g.cs"]);
        Assert.Contains("public const string FcWeightLogWidth = \"fc.weight.log_width\";", networks["BayesianNet.g.cs"]);
    }

    [Theory]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior), Estimator = Estimator.Local)", "", "BG0007",
        "Estimator.Local cannot be used for 'fc': the BoundedPosterior is not Gaussian; use the Gaussian, SparseDropout, GroupArd, "
        + "GroupLogUniform or GroupHorseshoe family, or Estimator.WeightSampling")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior), PriorScale = 2)", "", "BG0003",
        "'PriorScale' cannot be used here: the default prior of the Bounded family, FlatPrior, has no scale; remove PriorScale, or name a "
        + "Prior that has one")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior), Prior = typeof(GaussianPrior))", "", "BG0102",
        "Field 'fc' has the prior GaussianPrior, and BoundedPosterior has neither a closed-form KL to it nor a density; priors that fit "
        + "ElboLoss: ")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior))", "public static void Use(BayesianNet model) => model.Prune(1.5);", "BG0208",
        "The scores of Bounded weights lie between 0 and 1, so the threshold 1.5 prunes every one of them")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior))",
        "public static void Use(BayesianNet model) => model.Prune(new() { [typeof(Library.BoundedPosterior)] = 0 });", "BG0208",
        "The scores of Bounded weights lie between 0 and 1, so the threshold 0 prunes none")]
    [InlineData("Bayesian(Gaussian)",
        "public static void Use(BayesianNet model) => model.Prune(new() { [typeof(Library.BoundedPosterior)] = 0.5 });", "BG0202",
        "This threshold fits nothing: Net has no weight of the Bounded family; it has Gaussian")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior))",
        "public static object Use(BayesianNet model, TrainerOptions options) => model.CreateTrainer(new RenyiLoss(), options);", "BG0100",
        "Field 'fc' has the Bounded posterior, which RenyiLoss cannot score; losses that can: ElboLoss")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior))",
        "public static object Use(BayesianNet model, TrainerOptions options) => model.CreateIvonTrainer(options);", "BG0103",
        "Field 'fc' has the Bounded posterior, and IVON moves Gaussian posteriors alone; make the trainer by CreateTrainer, or annotate "
        + "with the Gaussian family")]
    public async Task AMistakeWithItIsReportedAtBuild(string annotation, string use, string id, string message)
    {
        foreach (var isReferenced in (bool[])[false, true])
        {
            var diagnostic = Assert.Single(await GeneratorHarness.Analyze(Compilation(Network(annotation, use), isReferenced)));
            Assert.Equal(id, diagnostic.Id);
            // Losses of this project fit as well; those of a referenced one are not looked for.
            Assert.StartsWith(message, diagnostic.GetMessage());
        }
    }

    [Theory]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior))", "model.Prune(0.5);")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior), Prior = typeof(Library.FlatPrior))", "model.Prune(1.0);")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior), Prior = typeof(Library.FlatterPrior))", "")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior), IncludeBias = true)", "model.CreateTrainer(new Library.BoundedLoss(), new());")]
    [InlineData("Bayesian(typeof(Library.BoundedPosterior))",
        "model.Prune(new() { [\"fc.weight\"] = 0.1, [typeof(Library.BoundedPosterior)] = 0.2 });")]
    public async Task WhatItCanDoIsNotReported(string annotation, string use)
    {
        foreach (var isReferenced in (bool[])[false, true])
            Assert.Empty(await GeneratorHarness.Analyze(Compilation(
                Network(annotation, $"public static void Use(BayesianNet model) {{ {use} }}"), isReferenced)));
    }

    /// <summary>Its own project was not built with the analyzers, or with those of an earlier version.</summary>
    [Fact]
    public async Task OneOfAReferencedAssemblyThatSaysNothingIsReportedAtTheAnnotation()
    {
        var silent = Bounded
            .Replace("[PosteriorParameter(\"middle\")]", "")
            .Replace("[PosteriorParameter(\"log_width\", LearningRateFactor = 2)]", "");
        Assert.NotEqual(Bounded, silent);
        var source = Network("Bayesian(typeof(Library.BoundedPosterior))", "");
        var diagnostic = Assert.Single(await GeneratorHarness.Analyze(Compilation(source, isReferenced: true, silent)));
        Assert.Equal(
            "'BoundedPosterior' cannot be used here: it does not describe its family: it names no parameter; write one "
            + "[PosteriorParameter(\"...\")] for each, in the order in which Over takes them",
            diagnostic.GetMessage());
        Assert.Equal("BG0003", diagnostic.Id);
    }

    private static string Network(string annotation, string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            [{{annotation}}] private readonly Linear fc = Linear(4, 3);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }

        public static class User
        {
            {{members}}
        }
        """;

    private static CSharpCompilation Compilation(string source, bool isReferenced, string family = Bounded)
    {
        if (!isReferenced)
            return GeneratorHarness.Compile(source, family);
        using var image = new MemoryStream();
        Assert.True(GeneratorHarness.Compile(family).WithAssemblyName("Library").Emit(image).Success);
        return GeneratorHarness.Compile(source).AddReferences(MetadataReference.CreateFromImage(image.ToArray()));
    }
}
