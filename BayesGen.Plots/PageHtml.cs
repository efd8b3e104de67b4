using System.Reflection;

namespace BayesGen.Plots;

/// <summary>The frame of a page: its head, letters, colors, title and contents.</summary>
internal static class PageHtml
{
    public static string Of(
        string title,
        IReadOnlyList<string> introduction,
        RunSummary summary,
        IReadOnlyList<(string Id, string Text)> headings,
        IReadOnlyList<(string Id, string Title, Verdict Verdict)> verdicts,
        IReadOnlyList<(string Text, string Address)> links,
        string body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="{RunSummary.Name}" content="{Escape(summary.ToJson())}">
        <title>{Escape(title)}</title>
        <style>
        {Font("Roboto-Regular.woff2", 400)}
        {Font("Roboto-Bold.woff2", 700)}
        :root {Variables(ChartTheme.Light)}
        @media (prefers-color-scheme: dark) {"{"} :root {Variables(ChartTheme.Dark)} {"}"}
        {Style()}
        </style>
        </head>
        <body>
        <header>{Links(links)}<h1>{Escape(title)}</h1>{Paragraphs(introduction)}{Contents(headings)}{InShort(verdicts)}</header>
        <main>
        {body}
        </main>
        </body>
        </html>

        """;

    /// <summary>The class of the style sheet for a kind of verdict.</summary>
    public static string ClassOf(VerdictKind kind) => kind.ToString().ToLowerInvariant();

    private static string Paragraphs(IReadOnlyList<string> texts) =>
        string.Concat(texts.Where(text => text.Length > 0).Select(text => $"<p>{Escape(text)}</p>"));

    private static string Links(IReadOnlyList<(string Text, string Address)> links) => links.Count == 0
        ? ""
        : "<p class=\"links\">"
            + string.Concat(links.Select(link => $"<a href=\"{Escape(link.Address)}\">\u2191 {Escape(link.Text)}</a>"))
            + "</p>";

    private static string Contents(IReadOnlyList<(string Id, string Text)> headings) => headings.Count < 2
        ? ""
        : "<nav aria-label=\"Contents\"><ul>"
            + string.Concat(headings.Select(heading => $"<li><a href=\"#{heading.Id}\">{Escape(heading.Text)}</a></li>"))
            + "</ul></nav>";

    /// <summary>The headlines of all charts, for those who read no further.</summary>
    private static string InShort(IReadOnlyList<(string Id, string Title, Verdict Verdict)> verdicts) => verdicts.Count == 0
        ? ""
        : "<ul class=\"verdicts\" aria-label=\"In short\">"
            + string.Concat(verdicts.Select(entry =>
                $"<li class=\"{ClassOf(entry.Verdict.Kind)}\"><a href=\"#{entry.Id}\">{Escape(entry.Title)}</a>: {Escape(entry.Verdict.Headline)}</li>"))
            + "</ul>";

    private static string Escape(string text) => Chart.Escape(text);

    private static string Font(string file, int weight) =>
        $"@font-face {{ font-family: {ChartFonts.Family}; font-weight: {weight}; src: url(data:font/woff2;base64,{Convert.ToBase64String(ChartFonts.Bytes(file))}); }}";

    private static string Variables(ChartTheme theme) =>
        "{ " + string.Concat(theme.Named.Select(color => $"--{color.Name}: {color.Value}; ")) + "}";

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("RunReport.css")
            ?? throw new InvalidOperationException("The style sheet of the page is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
