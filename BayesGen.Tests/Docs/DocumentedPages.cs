using BayesGen.Tests.Package;

namespace BayesGen.Tests.Docs;

/// <summary>The pages that people read, by their paths from the root of the repository.</summary>
internal static class DocumentedPages
{
    public const string Index = "docs/README.md";

    public static string Root => PackedRepository.Root;

    /// <summary>README.md and the pages of docs, whose code the tests compile.</summary>
    public static IEnumerable<string> Guides => Directory.GetFiles(Path.Combine(Root, "docs"), "*.md")
        .Select(path => "docs/" + Path.GetFileName(path))
        .Order(StringComparer.Ordinal)
        .Prepend("README.md");

    /// <summary>All pages: guides, diagnostics, those of samples, measurements, templates and contributors.</summary>
    public static IEnumerable<string> All => new[] { "docs", "samples", "bench", "BayesGen.Templates" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateFiles(Root, "*.md"))
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(page => !page.Split('/').Any(part => part is "bin" or "obj"))
        .Order(StringComparer.Ordinal);

    public static string[] Read(string page) => File.ReadAllLines(Path.Combine(Root, page));
}
