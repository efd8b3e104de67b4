using System.Runtime.CompilerServices;
using BayesGen.SourceGeneration.Reading;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>What the generator knows by heart, held against the runtime, and the rules of its rooms.</summary>
public sealed class GeneratorKnowledgeTests
{
    [Fact]
    public void FamiliesAreAsTheRuntimeHasThem()
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
            var described = FamilyCatalog.Describe(known.Compilation.GetTypeByMetadataName(FamilyCatalog.PosteriorOf(family.ToString()))!, known);
            Assert.Equal(TPosterior.FamilyName, described.Name);
            Assert.Equal(TPosterior.ParameterNames, described.ParameterNames);
            Assert.Equal(TPosterior.IncludesBias, described.IncludesBias);
            Assert.Equal(TPosterior.SupportsLocal, FamilyCatalog.SupportsLocal(
                known.Compilation.GetTypeByMetadataName(FamilyCatalog.PosteriorOf(family.ToString()))!, known));
        }
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

    [Fact]
    public void ThePipelineFitsOnOneScreen() =>
        Assert.True(File.ReadLines(Path.Combine(Root(), "BayesGen.Generator", "BayesianNetGenerator.cs")).Count() < 60);

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
