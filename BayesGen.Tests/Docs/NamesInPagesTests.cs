using System.Text.RegularExpressions;
using BayesGen.Tests.Package;

namespace BayesGen.Tests.Docs;

/// <summary>What the text of a page names is there: a name that was changed is changed in the pages too.</summary>
[Trait("Lane", "Slow")]
public sealed partial class NamesInPagesTests
{
    /// <summary>What recipes call files that a reader is to write.</summary>
    private static readonly string[] Placeholders = ["docs/diagnostics/BGxxxx.md", "BayesGen.Plots/X.cs"];

    private static readonly string Root = PackedRepository.Root;

    [Fact]
    public void EveryNameInTheTextOfAPageIsInTheSources()
    {
        var words = Sources().SelectMany(text => Word().Matches(text).Select(match => match.Value)).ToHashSet();
        var names = Spans().Where(span => Name().IsMatch(span.Text)).ToList();
        Assert.True(names.Count > 200, names.Count.ToString());
        List<string> gone = [.. names.Where(name => !words.Contains(name.Text))
            .Select(name => $"{name.Page}: `{name.Text}`").Distinct()];
        Assert.True(gone.Count == 0, string.Join('\n', gone));
    }

    [Fact]
    public void EveryFileInTheTextOfAPageIsThere()
    {
        var files = Spans().Where(span => File().IsMatch(span.Text)).ToList();
        Assert.True(files.Count > 3, files.Count.ToString());
        List<string> gone = [.. files.Where(file => !Placeholders.Contains(file.Text) && !Exists(Path.Combine(Root, file.Text)))
            .Select(file => $"{file.Page}: `{file.Text}`").Distinct()];
        Assert.True(gone.Count == 0, string.Join('\n', gone));
        Assert.Equal([], Placeholders.Except(files.Select(file => file.Text)));

        static bool Exists(string path) => System.IO.File.Exists(path) || Directory.Exists(path);
    }

    /// <summary>What stands between single backticks, outside of blocks of code.</summary>
    private static IEnumerable<(string Page, string Text)> Spans() =>
        from page in Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Root, "README.md")).Append(Path.Combine(Root, "CONTRIBUTING.md"))
        let name = Path.GetRelativePath(Root, page)
        where !name.EndsWith("from-bayes_deep_compression.md", StringComparison.Ordinal) // Names of the Python library; a test of its own.
        let text = Block().Replace(System.IO.File.ReadAllText(page), "")
        from match in Span().Matches(name == "docs/from-pytorch.md" ? FirstColumn().Replace(text, "|") : text)
        select (name, match.Groups[1].Value);

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetExtension(path) is ".cs" or ".csproj" or ".props" or ".targets" or ".sln" or ".sh" or ".json")
        .Where(path => !Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar)
            .Any(part => part is "bin" or "obj" || part.StartsWith('.')))
        .Where(path => Path.GetFileName(path) is not ("NamesInPagesTests.cs" or "OldWords.cs" or "WordsTests.cs"))
        .Select(System.IO.File.ReadAllText);

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    /// <summary>Where a page of equivalents names what is from Python.</summary>
    [GeneratedRegex(@"^\| [^|]*\|", RegexOptions.Multiline)]
    private static partial Regex FirstColumn();

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Span();

    /// <summary>A name of the project: more than one part, each with a capital, so that words of languages and formats are none.</summary>
    [GeneratedRegex(@"^[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+$")]
    private static partial Regex Name();

    [GeneratedRegex(@"^(?:BayesGen[\w.]*|bench|build|docs|samples)/[\w./-]+\.(?:cs|sh|md|props|targets|csproj)$")]
    private static partial Regex File();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
