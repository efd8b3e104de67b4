using System.Collections.Concurrent;
using BayesGen.Tests.Package;

namespace BayesGen.Tests.Style;

/// <summary>One word for one thing: what <see cref="OldWords"/> lists stands nowhere, in names, comments, messages and pages.</summary>
[Trait("Lane", "Slow")]
public sealed class WordsTests
{
    private static readonly string[] Folders = [".ci", "build", "docs", "bench", "samples"];

    /// <summary>Data of others, data of tests, and pages that have to name a word in order to explain it.</summary>
    private static readonly string[] Elsewhere =
    [
        "BayesGen.Plots/Fonts/", "BayesGen.Tests/ReferenceValues/", "BayesGen.Tests/Style/OldWord.cs", "BayesGen.Tests/Style/OldWords.cs",
        "BayesGen.Tests/Style/WordsTests.cs",
        "docs/glossary.md", "bench/RESULTS.md",
    ];

    /// <summary>Names that others gave: a class of SkiaSharp, and what checkpoints of 0.1.0 hold.</summary>
    private static readonly string[] Foreign = ["SKPictureRecorder", "\"MaximalGradientNorm\""];

    private static readonly ConcurrentDictionary<(string Text, string? DeclaredIn), OldWord[]> InNames = [];

    private static readonly Lazy<List<Use>> Found = new(
        () => [.. Files().AsParallel().AsOrdered().SelectMany(file => In(file.Name, File.ReadAllText(file.Path)))]);

    [Fact]
    public void NoFileHasAnOldWord()
    {
        var uses = Found.Value.Where(use => !Foreign.Contains(use.Text.Trim()))
            .Select(use => $"{use.File}:{use.Line}: '{use.Text.Trim()}' has '{use.Word.Word}': write {use.Word.Instead}")
            .Distinct()
            .ToList();
        Assert.True(uses.Count == 0, string.Join('\n', uses));
    }

    [Theory]
    [InlineData("A.cs", "class DrawTeam;", "DrawTeam")]
    [InlineData("A.cs", "class A { int _drawTeams; }", "DrawTeam")]
    [InlineData("A.cs", "/// <summary>By a <see cref=\"DrawTeam\"/>.</summary>\nclass A;", "DrawTeam")]
    [InlineData("A.cs", "class A { string S => \"a DrawTeam\"; }", "DrawTeam")]
    [InlineData("A.md", "By a `DrawTeam`.", "DrawTeam")]
    [InlineData("A.cs", "class A { void Rest() { } }", "Rest")]
    [InlineData("A.cs", "class A { bool MayHaveHeirs; }", "Heir")]
    [InlineData("A.cs", "static class TensorNumbers { static int Times(int x) => x; }", "TensorNumbers.Times")]
    [InlineData("A.cs", "class A { string S => $\"{1} shall\"; }", "shall")]
    [InlineData("A.cs", "class A; // It shall.", "shall")]
    [InlineData("A.md", "A Bayesian network reads images.", "Bayesian networks?")]
    [InlineData("docs/DrawTeam.md", "", "DrawTeam")]
    [InlineData("BayesGen.Runtime/Loan/A.cs", "", "Loan")]
    [InlineData("BayesGen.Runtime/Way.cs", "", "Way")]
    [InlineData("docs/why-it-shall-be.md", "", "shall")]
    [InlineData("build/normalise.sh", "", "alis(e|ed|es|er|ing|ation)\\b")]
    public void AnOldWordIsFound(string file, string content, string word) =>
        Assert.Contains(word, In(file, content).Select(use => use.Word.Word));

    [Theory]
    [InlineData("A.cs", "class A { int Team, Draw; } // A team draws.")]
    [InlineData("A.cs", "class A { void B() => Rest(); } // The rest of it may borrow.")]
    [InlineData("A.cs", "[BayesianNetwork] class A { int Bayesian, Network; }")]
    [InlineData("A.cs", "class Times { int Over; int Keep; }")]
    [InlineData("BayesGen.Runtime/Draws/WayOut.cs", "")]
    [InlineData("A.cs", "class Realism { int Advise, Precise, Raised; } // An exercise arises; otherwise it promises a rise at run time.")]
    [InlineData("A.md", "A `[BayesianNetwork]` is a Bayesian neural network; at run time no number is lost, and no number of draws.")]
    public void AnOrdinaryWordIsNotFound(string file, string content) => Assert.Equal([], In(file, content).Select(use => use.Word.Word));

    private static IEnumerable<Use> In(string file, string content) =>
        from piece in SourceWords.OfPath(file).Concat(SourceWords.Of(file, content))
        from word in piece.IsName
            ? InNames.GetOrAdd(
                (piece.Text, piece.DeclaredIn), name => [.. OldWords.All.Where(word => word.IsIn(name.Text, name.DeclaredIn))])
            : OldWords.InText(piece.Text)
        select new Use(file, piece.Line, piece.Text, word);

    private static IEnumerable<(string Name, string Path)> Files() =>
        from path in Directory.EnumerateFiles(PackedRepository.Root)
            .Concat(Directory.EnumerateDirectories(PackedRepository.Root)
                .Where(folder => Path.GetFileName(folder) is var name
                    && (name.StartsWith("BayesGen.", StringComparison.Ordinal) || Folders.Contains(name)))
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)))
        let name = Path.GetRelativePath(PackedRepository.Root, path).Replace('\\', '/')
        where Path.GetExtension(name) is ".cs" or ".md" or ".csproj" or ".props" or ".targets" or ".sh" or ".in"
            && !name.Split('/').Any(part => part is "bin" or "obj")
            && !name.EndsWith(".received.cs", StringComparison.Ordinal)
            && !Elsewhere.Any(other => name.StartsWith(other, StringComparison.Ordinal))
        select (name, path);

    private sealed record Use(string File, int Line, string Text, OldWord Word);
}
