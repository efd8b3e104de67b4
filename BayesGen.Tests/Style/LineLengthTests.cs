using System.Text.RegularExpressions;
using BayesGen.Tests.Docs;
using BayesGen.Tests.Package;

namespace BayesGen.Tests.Style;

/// <summary>Lines end where .editorconfig says, at 140 characters, in code and in the code that the docs show.</summary>
public sealed partial class LineLengthTests
{
    private const int Longest = 140;

    private static readonly string[] Folders = ["BayesGen.Console", "BayesGen.Plots", "BayesGen.Tests", "bench", "samples"];

    /// <summary>Files whose lines are still to be shortened; one that is done leaves the list.</summary>
    private static readonly HashSet<string> NotYet =
    [
        "BayesGen.Plots/RunReport.cs",
        "BayesGen.Tests/Analyzers/HalfTypedCodeTests.cs",
        "BayesGen.Tests/Analyzers/NoIvonTests.cs",
        "BayesGen.Tests/Analyzers/NoWeightsTests.cs",
        "BayesGen.Tests/Analyzers/NotRegisteredTests.cs",
        "BayesGen.Tests/Analyzers/WithoutEffectTests.cs",
        "BayesGen.Tests/Arena/DescriptionTests.cs",
        "BayesGen.Tests/CodeFixes/MakeBayesianRefactoringTests.cs",
        "BayesGen.Tests/CodeFixes/MakeInternalCodeFixTests.cs",
        "BayesGen.Tests/CodeFixes/RegistrationCodeFixTests.cs",
        "BayesGen.Tests/Generator/GeneratorMemoryTests.cs",
        "BayesGen.Tests/Generator/GeneratorSnapshotTests.cs",
        "BayesGen.Tests/Losses/DivergenceTests.cs",
        "BayesGen.Tests/Losses/OracleTests.cs",
        "BayesGen.Tests/Package/PackageTests.cs",
        "BayesGen.Tests/Prediction/PredictionTests.cs",
        "BayesGen.Tests/Prediction/PredictiveMetricTests.cs",
        "BayesGen.Tests/Prediction/PredictorTests.cs",
        "BayesGen.Tests/Reports/ConsoleReportTests.cs",
        "BayesGen.Tests/Reports/FileReportTests.cs",
        "BayesGen.Tests/Reports/HostReportTests.cs",
        "BayesGen.Tests/Support/GeneratorHarness.cs",
        "BayesGen.Tests/Support/NetworkGrammar.cs",
        "BayesGen.Tests/Survival/SurvivalArenaTests.cs",
        "BayesGen.Tests/Survival/SurvivalDiskTests.cs",
        "BayesGen.Tests/Survival/SurvivalFolderTests.cs",
        "BayesGen.Tests/Survival/SurvivalMutationTests.cs",
        "BayesGen.Tests/Survival/SurvivalResumeTests.cs",
        "BayesGen.Tests/Survival/SurvivalTraining.cs",
        "BayesGen.Tests/Training/RecipeTests.cs",
        "bench/Compression/Program.cs",
        "bench/Compression/Row.cs",
        "bench/Speed/Case.cs",
        "bench/Speed/MemoryTable.cs",
        "bench/Speed/Way.cs",
        "samples/Mnist/Training.cs",
        "samples/Uncertainty/Program.cs",
        "samples/Uncertainty/Report.cs",
        "samples/Uncertainty/RunPage.cs",
    ];

    [Fact]
    public void NoLineOfCodeIsLonger() => Assert.Equal([], TooLong().Where(line => !NotYet.Contains(line.File)).Select(line => line.Text));

    /// <summary>A list that is longer than it has to be would let new lines in.</summary>
    [Fact]
    public void WhatIsStillToBeShortenedIsLong() => Assert.Equal([], NotYet.Except(TooLong().Select(line => line.File)));

    [Fact]
    public void NoLineOfAnExampleIsLonger() => Assert.Equal([], Directory
        .GetFiles(Path.Combine(PackedRepository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Append(Path.Combine(PackedRepository.Root, "README.md"))
        .SelectMany(page => DocumentedProgram.Blocks(File.ReadAllLines(page))
            .SelectMany(block => block.Text.Split('\n'))
            .Where(line => line.Length > Longest)
            .Select(line => $"{Path.GetFileName(page)}: {line.Trim()}")));

    [Theory]
    [InlineData(true, 141, "x")]
    [InlineData(false, 140, "x")]
    [InlineData(false, 200, "\"the words of a message, or a program that a test compiles, which are data and have no better place\"")]
    public void DataIsNotBroken(bool isTooLong, int length, string start) =>
        Assert.Equal(isTooLong, IsTooLong(start.PadRight(length, 'x')));

    private static IEnumerable<(string File, string Text)> TooLong() =>
        from folder in Folders
        from path in Directory.EnumerateFiles(Path.Combine(PackedRepository.Root, folder), "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(PackedRepository.Root, path).Replace('\\', '/')
        where !file.EndsWith(".verified.cs", StringComparison.Ordinal) && !file.Split('/').Any(part => part is "bin" or "obj")
        from line in File.ReadLines(path).Select((text, i) => (Text: text, Number: i + 1))
        where IsTooLong(line.Text)
        select (file, $"{file}:{line.Number}: {line.Text.Length} characters");

    /// <summary>A line that is long by one string is let be: words of a message and programs of a test are data.</summary>
    private static bool IsTooLong(string line) => line.Length > Longest
        && Literal().Matches(line).Select(literal => literal.Length).DefaultIfEmpty().Max() < 90;

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Literal();
}
