using System.Text.RegularExpressions;

namespace BayesGen.Tests.Docs;

/// <summary>The lists of pages beside the docs site name every page, and only those that are there.</summary>
public sealed partial class SiteTests
{
    private static readonly string Site = Path.Combine(DocumentedPages.Root, "build", "site");

    [Fact]
    public void EveryPageAndSampleIsInAListOfTheSite()
    {
        var listed = Listed().Select(entry => Path.GetRelativePath(DocumentedPages.Root, entry).Replace('\\', '/')).ToHashSet();
        Assert.Equal([], DocumentedPages.All
            .Where(page => !page.StartsWith("docs/diagnostics/", StringComparison.Ordinal)) // The script lists them by itself.
            .Where(page => page is not "README.md" && !page.StartsWith("BayesGen.", StringComparison.Ordinal))
            .Except(listed));
    }

    [Fact]
    public void EveryEntryOfTheListsIsThere()
    {
        var entries = Listed().ToList();
        Assert.True(entries.Count > 30, $"{entries.Count} entries were found.");
        Assert.Equal([], entries.Where(entry => !File.Exists(entry)));
    }

    private static IEnumerable<string> Listed() =>
        from list in new[] { "toc.yml", "pages/toc.yml", "samples/toc.yml" }
        let path = Path.Combine(Site, list)
        from Match href in Href().Matches(File.ReadAllText(path))
        select Path.GetFullPath(href.Groups[1].Value, Path.GetDirectoryName(path)!);

    [GeneratedRegex(@"(?:href|homepage): ((?:\.\./)+[^\s}]+)")]
    private static partial Regex Href();
}
