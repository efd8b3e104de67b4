using System.Text.Json;
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

    /// <summary>docfx ends with an error where a page links to a file that is not part of the site.</summary>
    [Fact]
    public void EveryLinkOfThePagesOfTheSiteLeadsToAPartOfIt()
    {
        var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(Site, "docfx.json"))).RootElement.GetProperty("build");
        var (content, resources) = (Patterns(configuration.GetProperty("content")), Patterns(configuration.GetProperty("resource")));
        var pages = DocumentedPages.All.Where(page => content.Any(pattern => pattern.IsMatch(page))).ToList();
        Assert.True(pages.Count > 60, $"{pages.Count} pages were found.");
        Assert.Contains("CHANGELOG.md", pages);
        string Name(string path) => Path.GetRelativePath(DocumentedPages.Root, path).Replace('\\', '/');
        Assert.Equal([],
            from page in pages
            from target in PageLinks.Targets(File.ReadAllText(Path.Combine(DocumentedPages.Root, page)))
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
            let folder = Path.GetDirectoryName(Path.Combine(DocumentedPages.Root, page))!
            let file = Name(Path.GetFullPath(target.Split('#')[0], folder))
            where !content.Concat(resources).Any(pattern => pattern.IsMatch(file))
            select $"{page}: {file}");
    }

    /// <summary>The files that an entry of docfx.json takes from the root of the repository.</summary>
    private static List<Regex> Patterns(JsonElement entries) =>
    [
        .. from entry in entries.EnumerateArray()
           where entry.TryGetProperty("src", out _)
           from pattern in entry.GetProperty("files").EnumerateArray()
           let escaped = Regex.Escape(pattern.GetString()!)
           select new Regex($"^{escaped.Replace(@"\*\*/", "(.*/)?").Replace(@"\*\*", ".*").Replace(@"\*", "[^/]*")}$"),
    ];

    private static IEnumerable<string> Listed() =>
        from list in new[] { "toc.yml", "pages/toc.yml", "samples/toc.yml" }
        let path = Path.Combine(Site, list)
        from Match href in Href().Matches(File.ReadAllText(path))
        select Path.GetFullPath(href.Groups[1].Value, Path.GetDirectoryName(path)!);

    [GeneratedRegex(@"(?:href|homepage): ((?:\.\./)+[^\s}]+)")]
    private static partial Regex Href();
}
