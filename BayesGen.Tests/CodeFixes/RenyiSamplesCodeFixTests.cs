using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0203.</summary>
public sealed class RenyiSamplesCodeFixTests
{
    private const string Title = "Set Samples = 8";

    [Theory]
    [InlineData("new TrainerOptions { Samples = 1 }", "new TrainerOptions { Samples = 8 }")]
    [InlineData("new TrainerOptions { Epochs = 2 }", "new TrainerOptions { Epochs = 2, Samples = 8 }")]
    [InlineData("new TrainerOptions { }", "new TrainerOptions { Samples = 8 }")]
    [InlineData("new TrainerOptions()", "new TrainerOptions() { Samples = 8 }")]
    [InlineData("new()", "new() { Samples = 8 }")]
    [InlineData("Shared", "Shared with { Samples = 8 }")]
    [InlineData("Shared with { Epochs = 2 }", "Shared with { Epochs = 2, Samples = 8 }")]
    [InlineData("new TrainerOptions\n{\n    Epochs = 2,\n    Seed = 1,\n}",
        "new TrainerOptions\n{\n    Epochs = 2,\n    Seed = 1,\n    Samples = 8,\n}")]
    [InlineData("new TrainerOptions\n{\n    Epochs = 2,\n    Seed = 1\n}",
        "new TrainerOptions\n{\n    Epochs = 2,\n    Seed = 1,\n    Samples = 8\n}")]
    public Task SetsEightSamples(string before, string after) =>
        CodeFixAssert.Fixes<RenyiSamplesCodeFix>(Using(before), Title, Using(after));

    [Fact]
    public Task FixesAllTrainers() => CodeFixAssert.FixesAll<RenyiSamplesCodeFix>(
        Using("new() { Samples = 1 }), model.CreateTrainer(new RenyiLoss(), new() { Seed = 2 }"),
        Title,
        Using("new() { Samples = 8 }), model.CreateTrainer(new RenyiLoss(), new() { Seed = 2, Samples = 8 }"));

    private static string Using(string options) => TestSources.Classifier.Replace("LogUniform", "Gaussian") + $$"""

        public static class User
        {
            private static readonly TrainerOptions Shared = new();
            public static object[] Train(BayesianClassifier model) => [model.CreateTrainer(new RenyiLoss(), {{options}})];
        }
        """;
}
