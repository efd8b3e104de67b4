using System.Reflection;
using System.Runtime.CompilerServices;
using BayesGen.CodeFixes;
using BayesGen.SourceGeneration;
using BayesGen.SourceGeneration.Reading;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>What the generator knows by heart, held against the runtime, and the rules of its rooms.</summary>
public sealed class GeneratorKnowledgeTests
{
    [Theory]
    [MemberData(nameof(ShippedPosteriors.Names), MemberType = typeof(ShippedPosteriors))]
    public void AFamilyIsReadFromItsSymbolAsFromItsType(string name)
    {
        var known = KnownTypes.From(GeneratorHarness.Compile())!;
        var descriptor = FamilyDescriptor.Of(ShippedPosteriors.All[name]);
        var symbol = FamilyCatalog.PosteriorOf((int)Enum.Parse<Family>(name), known)!;
        Assert.Equal(descriptor.PosteriorType.FullName, symbol.ToDisplayString());
        Assert.Equal(name, FamilyCatalog.MemberOf(symbol, known)!.Name);
        var facts = FamilyFacts.Of(symbol, known);
        Assert.Null(facts.Fault);
        Assert.Equal(name, facts.Name);
        Assert.Equal(descriptor.Parameters.Select(one => (one.Name, one.LearningRateFactor)), facts.Parameters.Select(one =>
            (one.Name, one.LearningRateFactor)));
        Assert.Equal(descriptor.IncludesBias, facts.IncludesBias);
        Assert.Equal(descriptor.SupportsLocal, facts.SupportsLocal);
        Assert.Equal((descriptor.LowestScore, descriptor.HighestScore), (facts.LowestScore, facts.HighestScore));
        Assert.Equal(descriptor.NaturalThreshold, facts.NaturalThreshold);
        Assert.Equal(descriptor.DefaultPrior!.FullName, facts.DefaultPrior!.ToDisplayString());
        Assert.Equal(descriptor.ClosedForms.Select(prior => prior.FullName), facts.ClosedForms!.Select(prior => prior.ToDisplayString()));

        var described = FamilyCatalog.Describe(symbol, known);
        Assert.Equal(name, described.Name);
        Assert.Equal(descriptor.ParameterNames, described.ParameterNames);
        Assert.Equal(descriptor.IncludesBias, described.IncludesBias);
    }

    [Fact]
    public void TheLocalEstimatorHasTheNumberThatTheGeneratorKnows() =>
        Assert.Equal((int)Estimator.Local, AnnotationReader.LocalEstimator);

    /// <summary>Every loss, family and prior of BayesGen that can be made by itself.</summary>
    [Theory]
    [MemberData(nameof(ShippedPosteriors.Names), MemberType = typeof(ShippedPosteriors))]
    public void APriorIsScoredAtBuildAsWhenTheProgramRuns(string name)
    {
        var known = KnownTypes.From(GeneratorHarness.Compile())!;
        GetType().GetMethod(nameof(Compare), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(ShippedPosteriors.All[name])
            .Invoke(null, [known]);
    }

    private static void Compare<TPosterior>(KnownTypes known)
        where TPosterior : Posterior, IPosterior<TPosterior>
    {
        using var scope = NewDisposeScope();
        VariationalLoss[] losses = [new ElboLoss(), new RenyiLoss(), new LogUniformKLLoss(), new GaussianKLLoss()];
        var posterior = ShippedPosteriors.Spread(typeof(TPosterior), count: 2);
        var compared = 0;
        foreach (var loss in losses.OfType<IScores<TPosterior>>())
            foreach (var prior in ShippedPosteriors.Priors)
            {
                var refused = Record.Exception(
                    () => loss.Divergence(
                        [new ScoredWeights<TPosterior>((TPosterior)posterior, prior, () => ones(2, dtype: ScalarType.Float64), null)]));
                Assert.True(refused is null or NotSupportedException, refused?.Message);
                Assert.True(
                    (refused is null) == (PriorCatalog.ReasonAgainst(Symbol(loss), Symbol(posterior), Symbol(prior), known) is null),
                    $"{loss.GetType().Name}, {typeof(TPosterior).Name}, {prior.GetType().Name}: {refused?.Message ?? "scored"}");
                compared++;
            }

        Assert.True(compared >= ShippedPosteriors.Priors.Count, "No loss scores the family.");

        INamedTypeSymbol Symbol(object value) => known.Compilation.GetTypeByMetadataName(value.GetType().FullName!)!;
    }

    [Theory]
    [InlineData("conv1", "Conv1")]
    [InlineData("_fc", "Fc")]
    [InlineData("__fc_out", "FcOut")]
    [InlineData("Head", "Head")]
    [InlineData("_1", "_1")]
    [InlineData("größe", "Größe")]
    public void MembersAreInPascalCase(string field, string expected) => Assert.Equal(expected, MemberNames.Pascal(field));

    [Fact]
    public void AMemberOfAReservedOrTakenNameGetsANumber()
    {
        var names = new MemberNames();
        Assert.Equal(["Fc", "Fc_2", "StateKeys_2"], [names.Add("fc"), names.Add("_fc"), names.Add("stateKeys")]);
    }

    /// <summary>Which namespaces each room of the generator may not use.</summary>
    [Theory]
    [InlineData("Model", "Microsoft.CodeAnalysis", "Reading", "Diagnostics", "Emission", "Analyzers")]
    [InlineData("Emission", "Microsoft.CodeAnalysis", "Reading", "Diagnostics", "Analyzers")]
    [InlineData("Diagnostics", "Reading", "Model", "Emission", "Analyzers")]
    [InlineData("Reading", "Emission", "Analyzers")]
    [InlineData("Analyzers", "Emission")]
    public void RoomsKeepToThemselves(string room, params string[] others)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root(), "BayesGen.Generator", room), "*.cs"))
        {
            var usings = File.ReadLines(file).Where(line => line.StartsWith("using ", StringComparison.Ordinal)).ToList();
            Assert.DoesNotContain(usings, line => others.Any(other =>
                line.StartsWith($"using {other}", StringComparison.Ordinal) || line == $"using BayesGen.SourceGeneration.{other};"));
        }
    }

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
    public void ThePipelineFitsOnOneScreen() =>
        Assert.True(File.ReadLines(Path.Combine(Root(), "BayesGen.Generator", "BayesianNetGenerator.cs")).Count() < 60);

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
