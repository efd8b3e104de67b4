using System.Text.RegularExpressions;
using BayesGen.Tests.Docs;
using BayesGen.Tests.Package;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Style;

/// <summary>Lines end where .editorconfig says, at 140 characters, in code and in the code that the docs show.</summary>
[RunsIn(TestGroup.Roslyn)]
public sealed partial class LineLengthTests
{
    private const int Longest = 140;

    private static readonly string[] Folders =
    [
        "BayesGen.CodeFixes", "BayesGen.Console", "BayesGen.Datasets", "BayesGen.DataViews", "BayesGen.Generator", "BayesGen.Mpi",
        "BayesGen.Plots", "BayesGen.Runtime", "BayesGen.Templates", "BayesGen.Tests", "bench", "samples",
    ];

    /// <summary>Files whose lines are still to be shortened; one that is done leaves the list.</summary>
    private static readonly HashSet<string> NotYet =
    [
        "BayesGen.Generator/Emission/GeneratedFile.cs",
    ];

    [Fact]
    public void LinesOfCodeAreShortEnough() =>
        Assert.Equal([], TooLong().Where(line => !NotYet.Contains(line.File)).Select(line => line.Text));

    /// <summary>A list that is longer than it has to be would let new lines in.</summary>
    [Fact]
    public void NotYetListsOnlyFilesWithLongLines() => Assert.Equal([], NotYet.Except(TooLong().Select(line => line.File)));

    [Fact]
    public void LinesOfExamplesAreShortEnough() => Assert.Equal([], Directory
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
    public void LongStringLiteralsAreAllowed(bool isTooLong, int length, string start) =>
        Assert.Equal(isTooLong, IsTooLong(start.PadRight(length, 'x')));

    private static IEnumerable<(string File, string Text)> TooLong() =>
        from folder in Folders
        from path in Directory.EnumerateFiles(Path.Combine(PackedRepository.Root, folder), "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(PackedRepository.Root, path).Replace('\\', '/')
        where !file.EndsWith(".verified.cs", StringComparison.Ordinal) && !file.EndsWith(".received.cs", StringComparison.Ordinal)
            && !file.Split('/').Any(part => part is "bin" or "obj")
        from line in File.ReadLines(path).Select((text, i) => (Text: text, Number: i + 1))
        where IsTooLong(line.Text)
        select (file, $"{file}:{line.Number}: {line.Text.Length} characters");

    /// <summary>A line that is long by one string is let be: words of a message and programs of a test are data.</summary>
    private static bool IsTooLong(string line) => line.Length > Longest
        && Literal().Matches(line).Select(literal => literal.Length).DefaultIfEmpty().Max() < 90;

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Literal();
}
