using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BayesGen.Plots;

/// <summary>What a page tells the list of all runs: it stands in the head of the page, where no browser shows it.</summary>
/// <param name="Title">The title of the page.</param>
/// <param name="Text">What the run was, in a sentence.</param>
/// <param name="Figures">The figures that count.</param>
/// <param name="Headlines">The headlines of the verdicts, each with the title of its chart.</param>
internal sealed partial record RunSummary(
    string Title, string Text, IReadOnlyList<string[]> Figures, IReadOnlyList<string[]> Headlines)
{
    /// <summary>The name of the element in the head.</summary>
    public const string Name = "bayesgen-run";

    public RunSummary(
        string title, string text, IReadOnlyList<(string Name, string Value)> figures,
        IReadOnlyList<(string Id, string Title, Verdict Verdict)> verdicts)
        : this(
            title, text, [.. figures.Select(figure => (string[])[figure.Name, figure.Value])],
            [.. verdicts.Select(entry => (string[])[entry.Title, entry.Verdict.Headline])])
    {
    }

    public string ToJson() => JsonSerializer.Serialize(new Stored(Title, Text, Figures, Headlines));

    /// <summary>The summary in a page; null where the file is none of these pages.</summary>
    public static RunSummary? In(string html)
    {
        if (Element().Match(html) is not { Success: true } match)
            return null;
        try
        {
            var read = JsonSerializer.Deserialize<Stored>(WebUtility.HtmlDecode(match.Groups[1].Value));
            return read is { Title: not null, Text: not null, Figures: not null, Headlines: not null }
                && read.Figures.Concat(read.Headlines).All(pair => pair is [not null, not null])
                ? new RunSummary(read.Title, read.Text, read.Figures, read.Headlines)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex($"<meta name=\"{Name}\" content=\"([^\"]*)\">")]
    private static partial Regex Element();

    private sealed record Stored(string Title, string Text, IReadOnlyList<string[]> Figures, IReadOnlyList<string[]> Headlines);
}
