using System.Text.RegularExpressions;
using BayesGen.Plots;
using BayesGen.Tests.Reports;
using SkiaSharp;

namespace BayesGen.Tests.Plots;

/// <summary>The page of a run: whole in itself, and readable by its headings.</summary>
public sealed partial class RunReportTests
{
    private static readonly string Page = new RunReport("Digits & <letters>") { Summary = "What was trained." }
        .Figures(("test accuracy", "97.4 %"))
        .Heading("Settings")
        .Facts(("seed", "1"))
        .Heading("Training")
        .Picture(TrainingCurves.Draw(Told.Finish(Told.Epoch(1), Told.Epoch(2))))
        .Picture(PruningCurve.Draw([Told.Evaluation(0.9, kept: 0.5, thresholds: 1.0), Told.Evaluation(0.8, kept: 0.3, thresholds: 2.0)]))
        .Table(["threshold", "accuracy"], [["1", "90 %"], ["2", "80 %"]], emphasized: 1)
        .Examples([new ReportExample([0, 1, 0.5f, 0.25f], 2, "7", "99 % sure", IsRight: false)])
        .ToHtml();

    [Fact]
    public void ThePageLoadsNothingFromElsewhere()
    {
        // Namespaces are names, not places; everything else that looks like an address is within the page.
        var addresses = Address().Matches(Page).Select(match => match.Value).Distinct().Order();
        Assert.Equal(["http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"], addresses);
        Assert.DoesNotContain("<script", Page);
        Assert.DoesNotContain("<link", Page);
        Assert.All(Source().Matches(Page), match => Assert.Matches("^(data:|#)", match.Groups[1].Value));
    }

    [Fact]
    public void TheTableOfContentsListsTheHeadings()
    {
        Assert.Equal(["Settings", "Training"], Heading().Matches(Page).Select(match => match.Groups[2].Value));
        Assert.All(
            Heading().Matches(Page), match => Assert.Contains($"<a href=\"#{match.Groups[1].Value}\">{match.Groups[2].Value}</a>", Page));
        Assert.Single(Regex.Matches(Page, "<h1>"));
        Assert.Contains("<title>Digits &amp; &lt;letters&gt;</title>", Page);
    }

    [Fact]
    public void ChartsUseTheColorsOfThePageAndShareNoIds()
    {
        Assert.Contains("\"var(--blue)\"", Page);
        Assert.Contains("\"var(--ink)\"", Page);
        Assert.DoesNotContain($"\"{PictureTheme.Light.Blue}\"", Page);
        Assert.Contains("prefers-color-scheme: dark", Page);
        // A rectangle that only cleared would be black.
        Assert.DoesNotMatch("(?<!<clipPath[^>]*>\\s*)<rect width=\"[0-9.]+\" height=\"[0-9.]+\"/>", Page);

        var names = Name().Matches(Page).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(names);
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(Use().Matches(Page), match => Assert.Contains(match.Groups[1].Value, names));
        // Each panel is there with the words of its axes.
        Assert.Equal(3, Regex.Matches(Page, ">\\s*epoch\\s*</text>").Count);
    }

    [Fact]
    public void EveryElementIsClosed()
    {
        string[] voids = ["meta", "img", "!DOCTYPE"];
        var open = new Stack<string>();
        foreach (
            Match tag in Tag()
            .Matches(Page[..Page.IndexOf("<style>", StringComparison.Ordinal)]
            + Page[Page.IndexOf("</style>", StringComparison.Ordinal)..].Replace("</style>", "")))
        {
            var name = tag.Groups[2].Value;
            if (voids.Contains(name) || tag.Value.EndsWith("/>", StringComparison.Ordinal))
                continue;
            if (tag.Groups[1].Value.Length == 0)
                open.Push(name);
            else
                Assert.Equal(open.Pop(), name);
        }

        Assert.Empty(open);
    }

    [Fact]
    public void AnExampleShowsItsPixels()
    {
        using var bitmap = SKBitmap.Decode(new ReportExample([0, 1, 0.5f, 0.25f, 0, 2], 2, "7").ToPngBytes());
        Assert.Equal((2, 3), (bitmap.Width, bitmap.Height));
        Assert.Equal([0, 255, 128, 64, 0, 255], bitmap.Pixels.Select(pixel => (int)pixel.Red));
        Assert.Throws<ArgumentException>(() => new ReportExample([1, 2, 3], 2, "").ToPngBytes());
    }

    [Fact]
    public void RefusesARowOfAnotherLength() => Assert.Contains("1 cells under 2 columns", Assert.Throws<ArgumentException>(
        () => new RunReport("a").Table(["x", "y"], [["1"]])).Message);

    [GeneratedRegex("https?://[^\"' )<]+")]
    private static partial Regex Address();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Source();

    [GeneratedRegex("<h2 id=\"([^\"]*)\">([^<]*)</h2>")]
    private static partial Regex Heading();

    [GeneratedRegex("\\sid=\"([^\"]*)\"")]
    private static partial Regex Name();

    [GeneratedRegex("url\\(#([^)]*)\\)")]
    private static partial Regex Use();

    [GeneratedRegex("<(/?)([A-Za-z!][A-Za-z0-9]*)[^>]*>")]
    private static partial Regex Tag();
}
