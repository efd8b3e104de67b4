using System.Globalization;
using System.Reflection;
using System.Text;

namespace BayesGen.Plots;

/// <summary>
/// One page that shows a whole run: figures, settings, tables, charts and examples, under headings that can be read as a table of
/// contents. It is one HTML file without scripts: it opens from a disk with no network, on a light or a dark screen, and prints.
/// </summary>
/// <example>
/// <code>
/// new RunReport("Digits") { Summary = "A network of 421,642 weights." }
///     .Figures(("test accuracy", "97.4 %"))
///     .Heading("Training")
///     .Picture(TrainingCurves.Draw(training))
///     .Save("report.html");
/// </code>
/// </example>
/// <param name="title">The title of the page.</param>
public sealed class RunReport(string title)
{
    private readonly StringBuilder _body = new();
    private readonly List<(string Id, string Text)> _headings = [];
    private int _pictures;

    /// <summary>What the page is about, in a sentence or two below its title.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Begins a part of the page.</summary>
    /// <param name="text">The heading.</param>
    public RunReport Heading(string text)
    {
        var id = "part-" + (_headings.Count + 1).ToString(CultureInfo.InvariantCulture);
        _headings.Add((id, text));
        return Add($"<h2 id=\"{id}\">{Plots.Picture.Escape(text)}</h2>");
    }

    /// <summary>A paragraph.</summary>
    /// <param name="text">The text; it is shown as it is.</param>
    public RunReport Text(string text) => Add($"<p>{Plots.Picture.Escape(text)}</p>");

    /// <summary>The figures that count, large and beside each other.</summary>
    /// <param name="figures">What each is, and its value.</param>
    public RunReport Figures(params IReadOnlyList<(string Name, string Value)> figures) => Add(
        "<dl class=\"figures\">"
        + string.Concat(figures.Select(figure =>
            $"<div><dt>{Plots.Picture.Escape(figure.Name)}</dt><dd>{Plots.Picture.Escape(figure.Value)}</dd></div>"))
        + "</dl>");

    /// <summary>Names with their values, such as settings.</summary>
    /// <param name="facts">What each is, and its value.</param>
    public RunReport Facts(params IReadOnlyList<(string Name, string Value)> facts) => Add(
        "<dl class=\"facts\">"
        + string.Concat(facts.Select(fact => $"<dt>{Plots.Picture.Escape(fact.Name)}</dt><dd>{Plots.Picture.Escape(fact.Value)}</dd>"))
        + "</dl>");

    /// <summary>A table. The first column is text, the others are numbers.</summary>
    /// <param name="columns">The headings of the columns.</param>
    /// <param name="rows">The rows; each has as many cells as there are columns.</param>
    /// <param name="emphasized">The row to point out, from 0; null points out none.</param>
    /// <exception cref="ArgumentException">A row has more or fewer cells than there are columns.</exception>
    public RunReport Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, int? emphasized = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.FirstOrDefault(row => row.Count != columns.Count) is { } odd)
            throw new ArgumentException(
                $"A row has {odd.Count} cells under {columns.Count} columns: {string.Join(", ", odd)}.", nameof(rows));
        Add("<div class=\"wide\"><table><thead><tr>");
        foreach (var column in columns)
            Add($"<th scope=\"col\">{Plots.Picture.Escape(column)}</th>");
        Add("</tr></thead><tbody>");
        for (var i = 0; i < rows.Count; i++)
        {
            Add(i == emphasized ? "<tr class=\"chosen\">" : "<tr>");
            for (var column = 0; column < columns.Count; column++)
                Add(column == 0
                    ? $"<th scope=\"row\">{Plots.Picture.Escape(rows[i][column])}</th>"
                    : $"<td>{Plots.Picture.Escape(rows[i][column])}</td>");
            Add("</tr>");
        }

        return Add("</tbody></table></div>");
    }

    /// <summary>A chart with what it shows below it. It takes the colors of the page.</summary>
    /// <param name="picture">The chart.</param>
    /// <param name="caption">What to say below it; null says what the chart says of itself.</param>
    public RunReport Picture(Picture picture, string? caption = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        _pictures++;
        return Add(
            $"<figure>{picture.ToPageElement("p" + _pictures.ToString(CultureInfo.InvariantCulture))}"
            + $"<figcaption><strong>{Plots.Picture.Escape(picture.Title)}.</strong> {Plots.Picture.Escape(caption ?? picture.Description)}</figcaption></figure>");
    }

    /// <summary>Small gray images with an answer below each, such as digits and what a network reads in them.</summary>
    /// <param name="examples">The images.</param>
    public RunReport Examples(IReadOnlyList<ReportExample> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        Add("<ul class=\"examples\">");
        foreach (var example in examples)
        {
            var mark = example.IsRight switch { true => " class=\"right\"", false => " class=\"wrong\"", null => "" };
            Add($"<li{mark}><img src=\"data:image/png;base64,{Convert.ToBase64String(example.ToPngBytes())}\" alt=\"\" width=\"84\" height=\"84\">"
                + $"<strong>{Plots.Picture.Escape(example.Answer)}</strong><span>{Plots.Picture.Escape(example.Note)}</span></li>");
        }

        return Add("</ul>");
    }

    /// <summary>The page as HTML.</summary>
    public string ToHtml()
    {
        var contents = _headings.Count < 2
            ? ""
            : "<nav aria-label=\"Contents\"><ul>"
                + string.Concat(_headings.Select(heading => $"<li><a href=\"#{heading.Id}\">{Plots.Picture.Escape(heading.Text)}</a></li>"))
                + "</ul></nav>";
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Plots.Picture.Escape(title)}</title>
            <style>
            {Font("Roboto-Regular.ttf", 400)}
            {Font("Roboto-Bold.ttf", 700)}
            :root {Variables(PictureTheme.Light)}
            @media (prefers-color-scheme: dark) {"{"} :root {Variables(PictureTheme.Dark)} {"}"}
            {Style()}
            </style>
            </head>
            <body>
            <header><h1>{Plots.Picture.Escape(title)}</h1>{(Summary.Length > 0 ? $"<p>{Plots.Picture.Escape(Summary)}</p>" : "")}{contents}</header>
            <main>
            {_body}
            </main>
            </body>
            </html>

            """;
    }

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file; its folder exists.</param>
    public void Save(string path) => File.WriteAllText(path, ToHtml());

    private RunReport Add(string html)
    {
        _body.Append(html).Append('\n');
        return this;
    }

    private static string Font(string file, int weight) =>
        $"@font-face {{ font-family: {Lettering.Family}; font-weight: {weight}; src: url(data:font/ttf;base64,{Convert.ToBase64String(Lettering.Bytes(file))}); }}";

    private static string Variables(PictureTheme theme) =>
        "{ " + string.Concat(theme.Named.Select(color => $"--{color.Name}: {color.Value}; ")) + "}";

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("RunReport.css")
            ?? throw new InvalidOperationException("The style sheet of the page is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
