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
        .Chart(TrainingCurves.Draw(Told.Finish(Told.Epoch(1), Told.Epoch(2))))
        .Chart(PruningCurve.Draw([Told.Evaluation(0.9, kept: 0.5, thresholds: 1.0), Told.Evaluation(0.8, kept: 0.3, thresholds: 2.0)]))
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
    public void ChartsTakeTheColorsOfThePageAndShareNoNames()
    {
        Assert.Contains("\"var(--blue)\"", Page);
        Assert.Contains("\"var(--ink)\"", Page);
        Assert.DoesNotContain($"\"{ChartTheme.Light.Blue}\"", Page);
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
    public void EachPanelIsAnImageOfItsOwnForNarrowScreens()
    {
        Assert.Equal([3, 1], Panels().Matches(Page).Select(match => Regex.Matches(match.Value, "<svg ").Count));
        Assert.Contains("@media (max-width:", Page);
    }

    /// <summary>The headline and its advice stand at the chart, and the headline in the list at the top with a link to it.</summary>
    [Fact]
    public void VerdictsStandAtTheirChartsAndAtTheTop()
    {
        Assert.Contains("<li class=\"unclear\"><a href=\"#chart-1\">Training</a>: Too short to judge.</li>", Page);
        Assert.Contains("<figure id=\"chart-1\"><p class=\"verdict unclear\"><strong>Too short to judge.</strong> 2 epochs", Page);
        // 0.8 of 0.9 with half of the weights is what 200 examples can tell from noise.
        Assert.Contains("<a href=\"#chart-2\">Accuracy against the part of the weights kept</a>: ", Page);
        Assert.Equal(2, Regex.Matches(Page, "<p class=\"verdict ").Count);
        Assert.True(Page.IndexOf("<ul class=\"verdicts\"", StringComparison.Ordinal) < Page.IndexOf("<main>", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatWasTrainedIsOneSentence()
    {
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var count = model.Describe().TotalCount;
        var page = new RunReport("a").Trained(model, Told.Finish(Told.Epoch(1), Told.Epoch(2))).ToHtml();
        Assert.Contains(
            $"<p>BayesianGaussianRegressor has {count} weights, all with Gaussian posteriors, and was trained for 2 epochs in 3 s, "
                + "to a validation accuracy of 0.625.</p>",
            page);
    }

    /// <summary>A page of a few charts goes through any mail server.</summary>
    [Fact]
    public void ThePageIsSmallEnoughToMail() => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(Page), 20_000, 150_000);

    [Fact]
    public void NamesAreEscapedWhereverTheyStand()
    {
        const string Name = "<img src=x onerror=alert(1)>\"'&";
        var told = Told.Finish([.. Enumerable.Range(1, 6).Select(epoch => Told.Epoch(epoch, metric: Name))]);
        var page = new RunReport(Name) { Summary = Name }
            .Figures((Name, Name)).Heading(Name).Heading(Name).Text(Name).Facts((Name, Name)).Table([Name], [[Name]])
            .Examples([new ReportExample([0], 1, Name, Name)])
            .Chart(TrainingCurves.Draw(told), Name)
            .Chart(EntropyHistograms.Draw([0.1, 0.2], [0.3], Name, Name, network: Name))
            .Chart(CompressionBars.Draw([new(Name, 2, 1, 1), new(Name, 1, 1, 1)]))
            .ToHtml();
        Assert.DoesNotContain("<img src=x", page);
        Assert.DoesNotContain("onerror=alert(1)>\"", page);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;", page);
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

    [GeneratedRegex("<div class=\"panels\".*?</div>", RegexOptions.Singleline)]
    private static partial Regex Panels();

    [GeneratedRegex("<(/?)([A-Za-z!][A-Za-z0-9]*)[^>]*>")]
    private static partial Regex Tag();
}
