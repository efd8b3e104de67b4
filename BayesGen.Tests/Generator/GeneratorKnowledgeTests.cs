using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using BayesGen.CodeFixes;
using BayesGen.SourceGeneration;
using BayesGen.SourceGeneration.Names;
using BayesGen.SourceGeneration.Reading;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>What the generator knows by heart, held against the runtime, and the rules of its rooms.</summary>
public sealed partial class GeneratorKnowledgeTests
{
    [Fact]
    public void FamilyFactsMatchTheRuntime()
    {
        var known = KnownTypes.From(GeneratorHarness.Compile())!;
        Check<GaussianPosterior>(Family.Gaussian);
        Check<LogUniformPosterior>(Family.LogUniform);
        Check<SparseDropoutPosterior>(Family.SparseDropout);
        Assert.Equal((int)Estimator.Local, AnnotationReader.LocalEstimator);
        Assert.Equal(3, Enum.GetValues<Family>().Length);

        void Check<TPosterior>(Family family)
            where TPosterior : Posterior, IPosterior<TPosterior>
        {
            var described = FamilyCatalog.Describe(
                known.Compilation.GetTypeByMetadataName(FamilyCatalog.PosteriorOf(family.ToString()))!, known);
            Assert.Equal(TPosterior.FamilyName, described.Name);
            Assert.Equal(TPosterior.ParameterNames, described.ParameterNames);
            Assert.Equal(TPosterior.IncludesBias, described.IncludesBias);
            Assert.Equal(TPosterior.SupportsLocal, FamilyCatalog.SupportsLocal(
                known.Compilation.GetTypeByMetadataName(FamilyCatalog.PosteriorOf(family.ToString()))!, known));
        }
    }

    /// <summary>Every loss, family and prior of BayesGen that can be made by itself.</summary>
    [Fact]
    public void PriorScoringMatchesTheRuntime()
    {
        var known = KnownTypes.From(GeneratorHarness.Compile())!;
        VariationalLoss[] losses = [new ElboLoss(), new RenyiLoss(), new LogUniformKLLoss(), new GaussianKLLoss()];
        Prior[] priors = [new GaussianPrior(), new LaplacePrior(), new ScaleMixturePrior(), new LogUniformPrior()];
        var compared = Compare<GaussianPosterior>() + Compare<LogUniformPosterior>() + Compare<SparseDropoutPosterior>();
        Assert.Equal((3 + 2 + 1) * priors.Length, compared);

        int Compare<TPosterior>()
            where TPosterior : Posterior, IPosterior<TPosterior>
        {
            using var scope = NewDisposeScope();
            var posterior = TPosterior.Over([.. TPosterior.ParameterNames.Select(_ => ones(2))]);
            var scoring = losses.OfType<IScores<TPosterior>>().ToList();
            foreach (var loss in scoring)
                foreach (var prior in priors)
                {
                    var refused = Record.Exception(
                        () => loss.Divergence([new ScoredWeights<TPosterior>(posterior, prior, () => ones(2), null)]));
                    Assert.True(refused is null or NotSupportedException, refused?.Message);
                    Assert.True(
                        (refused is null) == (PriorCatalog.ReasonAgainst(Symbol(loss), Symbol(posterior), Symbol(prior), known) is null),
                        $"{loss.GetType().Name}, {typeof(TPosterior).Name}, {prior.GetType().Name}: {refused?.Message ?? "scored"}");
                }

            return scoring.Count * priors.Length;
        }

        Microsoft.CodeAnalysis.INamedTypeSymbol Symbol(object value) => known.Compilation.GetTypeByMetadataName(value.GetType().FullName!)!;
    }

    [Fact]
    public void ScoreRangesMatchTheRuntime()
    {
        var known = KnownTypes.From(GeneratorHarness.Compile())!;
        using var scope = NewDisposeScope();
        // Means and noise of both extremes, in whatever order a family has its parameters.
        Check<GaussianPosterior>(tensor([1e30f, 1e-30f]), tensor([-60f, 60f]));
        Check<SparseDropoutPosterior>(tensor([1e15f, 1e-30f]), tensor([-60f, 60f]));
        Check<LogUniformPosterior>(ones(2), ones(2), ones(2), tensor([-60f, 60f]));

        void Check<TPosterior>(params Tensor[] parameters)
            where TPosterior : Posterior, IPosterior<TPosterior>
        {
            var scores = TPosterior.Over(parameters).Score();
            var (lowest, highest) = FamilyCatalog.ScoresOf(known.Compilation.GetTypeByMetadataName(typeof(TPosterior).FullName!)!, known);
            Assert.Equal(Math.Min(50, highest), Math.Min(50, scores[0].item<float>()));
            Assert.Equal(Math.Max(-50, lowest), Math.Max(-50, scores[1].item<float>()));
        }
    }

    [Theory]
    [InlineData("conv1", "Conv1")]
    [InlineData("_fc", "Fc")]
    [InlineData("__fc_out", "FcOut")]
    [InlineData("Head", "Head")]
    [InlineData("_1", "_1")]
    [InlineData("größe", "Größe")]
    public void MemberNamesAreInPascalCase(string field, string expected) => Assert.Equal(expected, MemberNames.Pascal(field));

    [Fact]
    public void AMemberOfAReservedOrTakenNameGetsANumber()
    {
        var names = new MemberNames();
        Assert.Equal(["Fc", "Fc_2", "StateKeys_2"], [names.Add("fc"), names.Add("_fc"), names.Add("stateKeys")]);
    }

    /// <summary>Which namespaces each room of the generator may not use.</summary>
    [Theory]
    [InlineData("Names", "Microsoft.CodeAnalysis", "Model", "Reading", "Diagnostics", "Emission", "Analyzers")]
    [InlineData("Model", "Microsoft.CodeAnalysis", "Names", "Reading", "Diagnostics", "Emission", "Analyzers")]
    [InlineData("Emission", "Microsoft.CodeAnalysis", "Reading", "Diagnostics", "Analyzers")]
    [InlineData("Diagnostics", "Reading", "Model", "Emission", "Analyzers")]
    [InlineData("Reading", "Emission", "Analyzers")]
    [InlineData("Analyzers", "Emission")]
    public void RoomsUseOnlyTheRoomsTheyMay(string room, params string[] others)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root(), "BayesGen.Generator", room), "*.cs"))
        {
            var usings = File.ReadLines(file).Where(line => line.StartsWith("using ", StringComparison.Ordinal)).ToList();
            Assert.DoesNotContain(usings, line => others.Any(other =>
                line.StartsWith($"using {other}", StringComparison.Ordinal) || line == $"using BayesGen.SourceGeneration.{other};"));
        }
    }

    /// <summary>A type of the runtime that moves or is renamed is followed in one table, so no other file may know it by its full name.</summary>
    [Fact]
    public void RuntimeTypesAreNamedInOneTable()
    {
        var outside = new[] { "BayesGen.Generator", "BayesGen.CodeFixes" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Root(), project), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"))
            .Where(file => Path.GetFileName(file) != "FamilyCatalog.cs") // What it knows of families moves to the classes themselves.
            .SelectMany(file => FullNames().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Value}"));
        Assert.Equal([], outside);
    }

    [Fact]
    public void TheRuntimeHasEveryTypeOfTheTable()
    {
        var runtime = GeneratorHarness.Compile();
        var types = typeof(RuntimeNames).GetFields().Select(field => field.GetValue(null)).OfType<RuntimeType>().ToList();
        Assert.True(types.Count > 30);
        Assert.All(types, type => Assert.True(
            runtime.GetTypeByMetadataName(type.MetadataName) is not null, $"The runtime has no {type.MetadataName}."));
    }

    /// <summary>A quoted name of a type of the runtime, and not that of the state's file or of a category of diagnostics.</summary>
    [GeneratedRegex("""(?<=["{ ]|global::)BayesGen\.(?!State|Usage|Declaration|Modeling|SourceGeneration|CodeFixes)[A-Z]\w*(?=[^"\n]*")""")]
    private static partial Regex FullNames();

    /// <summary>A build has no workspaces: an analyzer assembly that needs them does not load there.</summary>
    [Fact]
    public void OnlyTheCodeFixesUseWorkspaces()
    {
        Assert.DoesNotContain(
            typeof(BayesianNetGenerator).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.Contains("Workspaces"));
        Assert.Contains(
            typeof(DrawBackwardCodeFix).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.Contains("Workspaces"));
    }

    [Fact]
    public void ThePipelineStaysShort() =>
        Assert.True(File.ReadLines(Path.Combine(Root(), "BayesGen.Generator", "BayesianNetGenerator.cs")).Count() < 60);

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
