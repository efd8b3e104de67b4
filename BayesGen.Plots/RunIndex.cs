using System.Globalization;

namespace BayesGen.Plots;

/// <summary>
/// The list of all runs in a folder: one page with a row for each run that has a page of <see cref="RunReport"/>, with a link to it, its
/// figures beside those of the others, and what its charts say.
/// </summary>
public static class RunIndex
{
    /// <summary>The name of the page.</summary>
    public const string FileName = "index.html";

    /// <summary>Writes the page from what is in the folder now. Files that are no pages of a run are left out.</summary>
    /// <param name="runs">The folder that holds a folder for each run, with a <c>report.html</c> in it.</param>
    /// <returns>The path of the page.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static string Write(string runs)
    {
        ArgumentException.ThrowIfNullOrEmpty(runs);
        var path = Path.Combine(runs, FileName);
        // Two runs that end at once each write a whole page, and never half of one.
        var draft = Path.Combine(runs, $".{Guid.NewGuid():N}.tmp");
        File.WriteAllText(draft, ToHtml(runs));
        File.Move(draft, path, overwrite: true);
        return path;
    }

    private static string ToHtml(string runs)
    {
        var found = new DirectoryInfo(runs).EnumerateDirectories()
            .Select(folder => (folder.Name, Page: new FileInfo(Path.Combine(folder.FullName, RunReport.FileName))))
            .Where(run => run.Page.Exists)
            .Select(run => (run.Name, run.Page.LastWriteTimeUtc, Summary: RunSummary.In(File.ReadAllText(run.Page.FullName))))
            .Where(run => run.Summary is not null)
            // The newest first; names decide where times are equal.
            .OrderByDescending(run => run.LastWriteTimeUtc).ThenByDescending(run => run.Name, StringComparer.Ordinal)
            .ToList();
        List<string> figures = [.. found.SelectMany(run => run.Summary!.Figures.Select(figure => figure[0])).Distinct()];
        var page = new RunReport($"Runs in {new DirectoryInfo(runs).Name}")
        {
            Summary = string.Create(CultureInfo.InvariantCulture, $"{found.Count} run{(found.Count == 1 ? "" : "s")}, the newest first."),
        };
        page.Table(
            ["run", .. figures, "ended (UTC)"],
            [
                .. found.Select(run => (IReadOnlyList<string>)
                [
                    run.Name,
                    .. figures.Select(name => run.Summary!.Figures.FirstOrDefault(figure => figure[0] == name)?[1] ?? ""),
                    run.LastWriteTimeUtc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                ]),
            ],
            emphasized: null,
            name => $"<a href=\"{Chart.Escape(Uri.EscapeDataString(name))}/{RunReport.FileName}\">{Chart.Escape(name)}</a>");
        foreach (var (name, _, summary) in found)
            page.Heading(name).Text(summary!.Text.Length > 0 ? summary.Text : summary.Title)
                .Facts([.. summary.Headlines.Select(headline => (headline[0], headline[1]))]);
        return page.ToHtml();
    }
}
