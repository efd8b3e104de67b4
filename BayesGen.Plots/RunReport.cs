using System.Globalization;
using System.Text;
using BayesGen.Parameters;
using BayesGen.Prediction;
using BayesGen.Reporting;

namespace BayesGen.Plots;

/// <summary>
/// One page that shows a whole run: what was trained, figures, settings, tables, charts with a verdict on each, and examples, under
/// headings that can be read as a table of contents. It is one HTML file without scripts: it opens from a disk with no network, on a light
/// or a dark screen and on a phone, is small enough to be mailed, and prints.
/// </summary>
/// <example>
/// <code>
/// new RunReport("Digits")
///     .Trained(model, training)
///     .Figures(("test accuracy", "97.4 %"))
///     .Heading("Training")
///     .Chart(TrainingCurves.Draw(training))
///     .Save("report.html");
/// </code>
/// </example>
/// <param name="title">The title of the page.</param>
public sealed class RunReport(string title)
{
    /// <summary>The name of the page in the folder of its run.</summary>
    public const string FileName = "report.html";

    private readonly StringBuilder _body = new();
    private readonly List<(string Id, string Text)> _headings = [];
    private readonly List<(string Name, string Value)> _figures = [];
    private readonly List<(string Id, string Title, Verdict Verdict)> _verdicts = [];
    private string _trained = "";
    private int _charts;

    /// <summary>What the page is about, in a sentence or two below its title.</summary>
    public string Summary { get; init; } = "";

    /// <summary>
    /// Says below the title what was trained, in one sentence: the network with its weights and posteriors, for how long, and how well.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="training">Its training.</param>
    public RunReport Trained(IBayesianNetwork model, TrainingResult training)
    {
        _trained = TrainedSentence.Of(model, training);
        return this;
    }

    /// <summary>Begins a part of the page.</summary>
    /// <param name="text">The heading.</param>
    public RunReport Heading(string text)
    {
        var id = "part-" + (_headings.Count + 1).ToString(CultureInfo.InvariantCulture);
        _headings.Add((id, text));
        return Add($"<h2 id=\"{id}\">{Escape(text)}</h2>");
    }

    /// <summary>A paragraph.</summary>
    /// <param name="text">The text; it is shown as it is.</param>
    public RunReport Text(string text) => Add($"<p>{Escape(text)}</p>");

    /// <summary>The figures that count, large and beside each other. <see cref="RunIndex"/> lists them, too.</summary>
    /// <param name="figures">What each is, and its value.</param>
    public RunReport Figures(params IReadOnlyList<(string Name, string Value)> figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        _figures.AddRange(figures);
        return Add(
            "<dl class=\"figures\">"
            + string.Concat(figures.Select(figure => $"<div><dt>{Escape(figure.Name)}</dt><dd>{Escape(figure.Value)}</dd></div>"))
            + "</dl>");
    }

    /// <summary>Names with their values, such as settings.</summary>
    /// <param name="facts">What each is, and its value.</param>
    public RunReport Facts(params IReadOnlyList<(string Name, string Value)> facts) => Add(
        "<dl class=\"facts\">"
        + string.Concat(facts.Select(fact => $"<dt>{Escape(fact.Name)}</dt><dd>{Escape(fact.Value)}</dd>"))
        + "</dl>");

    /// <summary>A table. The first column is text, the others are numbers.</summary>
    /// <param name="columns">The headings of the columns.</param>
    /// <param name="rows">The rows; each has as many cells as there are columns.</param>
    /// <param name="emphasized">The row to point out, from 0; null points out none.</param>
    /// <exception cref="ArgumentException">A row has more or fewer cells than there are columns.</exception>
    public RunReport Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, int? emphasized = null) =>
        Table(columns, rows, emphasized, Escape);

    /// <summary>A chart with its verdict and what it shows below it. It takes the colors of the page.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="caption">What to say below it; null says what the chart says of itself.</param>
    public RunReport Chart(Chart chart, string? caption = null)
    {
        ArgumentNullException.ThrowIfNull(chart);
        var id = "chart-" + (++_charts).ToString(CultureInfo.InvariantCulture);
        var verdict = "";
        if (chart.Verdict is { } said)
        {
            _verdicts.Add((id, chart.Title, said));
            verdict = $"<p class=\"verdict {PageHtml.ClassOf(said.Kind)}\"><strong>{Escape(said.Headline)}</strong> {Escape(said.Advice)}</p>";
        }

        return Add(
            $"<figure id=\"{id}\">{verdict}{chart.ToPageElement(id)}"
            + $"<figcaption><strong>{Escape(chart.Title)}.</strong> {Escape(caption ?? chart.Description)}</figcaption></figure>");
    }

    /// <summary>Several models side by side: a table with a row for each, and the chart of <see cref="ComparisonChart"/>.</summary>
    /// <param name="comparison">The models; the one with the least error is pointed out.</param>
    /// <exception cref="ArgumentException">There are more models than the chart has colors.</exception>
    public RunReport Comparison(Comparison comparison)
    {
        var chart = ComparisonChart.Draw(comparison);
        var errors = comparison.RiskCurves.Select(curve => curve[^1]).ToList();
        return Table(
            ["model", .. comparison.Columns],
            [
                .. comparison.Names.Zip(comparison.Rows, (name, row) => (IReadOnlyList<string>)
                    [name, .. row.Select(number => number.ToString("G4", CultureInfo.InvariantCulture))]),
            ],
            errors.IndexOf(errors.Min()))
            .Chart(chart);
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
                + $"<strong>{Escape(example.Answer)}</strong><span>{Escape(example.Note)}</span></li>");
        }

        return Add("</ul>");
    }

    /// <summary>The page as HTML.</summary>
    public string ToHtml() => ToHtml([]);

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file; its folder exists.</param>
    public void Save(string path) => File.WriteAllText(path, ToHtml());

    /// <summary>
    /// Writes the page into a folder of its own among those of other runs, with a link to all of them, and brings their list up to date
    /// (<see cref="RunIndex"/>).
    /// </summary>
    /// <param name="runs">The folder that holds a folder for each run; it is made where it does not exist.</param>
    /// <param name="name">The name of the run, which is that of its folder.</param>
    /// <returns>The path of the page.</returns>
    /// <exception cref="ArgumentException">The name is not that of one folder.</exception>
    public string SaveRun(string runs, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(runs);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name is "." or ".." || Path.GetFileName(name) != name || name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
            throw new ArgumentException($"'{name}' is not the name of one folder: leave out separators, '.' and '..'.", nameof(name));
        var folder = Directory.CreateDirectory(Path.Combine(runs, name)).FullName;
        var path = Path.Combine(folder, FileName);
        File.WriteAllText(path, ToHtml([("All runs", $"../{RunIndex.FileName}")]));
        RunIndex.Write(runs);
        return path;
    }

    /// <summary>The page with links above its title.</summary>
    internal string ToHtml(IReadOnlyList<(string Text, string Address)> links) => PageHtml.Of(
        title, [_trained, Summary], new RunSummary(title, _trained.Length > 0 ? _trained : Summary, _figures, _verdicts), _headings,
        _verdicts, links, _body.ToString());

    /// <summary>A table whose first cells are written by the caller.</summary>
    internal RunReport Table(
        IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, int? emphasized, Func<string, string> first)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.FirstOrDefault(row => row.Count != columns.Count) is { } odd)
            throw new ArgumentException(
                $"A row has {odd.Count} cells under {columns.Count} columns: {string.Join(", ", odd)}.", nameof(rows));
        Add("<div class=\"wide\"><table><thead><tr>");
        foreach (var column in columns)
            Add($"<th scope=\"col\">{Escape(column)}</th>");
        Add("</tr></thead><tbody>");
        for (var i = 0; i < rows.Count; i++)
        {
            Add(i == emphasized ? "<tr class=\"chosen\">" : "<tr>");
            for (var column = 0; column < columns.Count; column++)
                Add(column == 0 ? $"<th scope=\"row\">{first(rows[i][column])}</th>" : $"<td>{Escape(rows[i][column])}</td>");
            Add("</tr>");
        }

        return Add("</tbody></table></div>");
    }

    private static string Escape(string text) => Plots.Chart.Escape(text);

    private RunReport Add(string html)
    {
        _body.Append(html).Append('\n');
        return this;
    }
}
