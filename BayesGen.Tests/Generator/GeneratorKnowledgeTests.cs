using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using BayesGen.CodeFixes;
using BayesGen.SourceGeneration;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Names;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>What the generator knows by heart, held against the runtime.</summary>
[RunsIn(TestGroup.Torch)]
public sealed partial class GeneratorKnowledgeTests
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
        Assert.Equal(descriptor.HasUnits, facts.HasUnits);
        Assert.Equal(descriptor.Parameters.Select(one => (int)one.Extent), facts.Parameters.Select(one => one.Extent));
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

    /// <summary>Build and runtime give one reason why a layer has no units along an axis.</summary>
    [Fact]
    public void AnAxisIsRefusedAtBuildInTheWordsOfTheRuntime()
    {
        using var scope = NewDisposeScope();
        var known = KnownTypes.From(GeneratorHarness.Compile())!;
        nn.Module[] layers =
        [
            nn.Linear(2, 2), nn.Bilinear(2, 2, 2), nn.Conv1d(2, 2, 1), nn.Conv2d(2, 2, 1), nn.Conv3d(2, 2, 1), nn.ConvTranspose1d(2, 2, 1),
            nn.ConvTranspose2d(2, 2, 1), nn.ConvTranspose3d(2, 2, 1), nn.Embedding(2, 2), nn.EmbeddingBag(2, 2), nn.RNN(2, 2),
            nn.LSTM(2, 2), nn.GRU(2, 2), nn.RNNCell(2, 2), nn.LSTMCell(2, 2), nn.GRUCell(2, 2), nn.MultiheadAttention(2, 1),
            nn.TransformerEncoderLayer(2, 1, 2), nn.TransformerDecoderLayer(2, 1, 2),
            nn.TransformerEncoder(nn.TransformerEncoderLayer(2, 1, 2), 1), nn.TransformerDecoder(nn.TransformerDecoderLayer(2, 1, 2), 1),
            nn.Transformer(2, 1, 1, 1, 2),
        ];
        Assert.All(layers, layer =>
        {
            var type = known.Compilation.GetTypeByMetadataName(layer.GetType().FullName!)!;
            Assert.Null(UnitCatalog.ReasonAgainst(type, known));
            foreach (var axis in Enum.GetValues<UnitAxis>())
                Assert.Equal(WeightUnits.ReasonAgainst(layer, axis), UnitCatalog.ReasonAgainst(type, axis.ToString(), known));
        });
    }

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
    public void MemberNamesAreInPascalCase(string field, string expected) => Assert.Equal(expected, MemberNames.Pascal(field));

    [Fact]
    public void AMemberOfAReservedOrTakenNameGetsANumber()
    {
        var names = new MemberNames();
        Assert.Equal(["Fc", "Fc_2", "StateKeys_2"], [names.Add("fc"), names.Add("_fc"), names.Add("stateKeys")]);
    }

    /// <summary>A type of the runtime that moves is followed in one table, so no other file may know it by its full name.</summary>
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
    [GeneratedRegex(
        """(?<=["{ ]|global::)BayesGen\.(?!State|Usage|Declaration|Modeling|SourceGeneration|CodeFixes)[A-Z]\w*(?=[^"\n]*")""")]
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
