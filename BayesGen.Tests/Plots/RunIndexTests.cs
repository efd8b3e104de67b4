using System.Text.RegularExpressions;
using BayesGen.Plots;
using BayesGen.Tests.Reports;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Plots;

/// <summary>Runs in one folder and the list of them.</summary>
public sealed partial class RunIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RunsLinkToTheListAndTheListToEachRun()
    {
        var runs = Path.Combine(_folder.Root, "runs");
        var first = new RunReport("First") { Summary = "One <network>." }.Figures(("accuracy", "90 %")).SaveRun(runs, "a & b #1");
        var second = new RunReport("Second").Figures(("accuracy", "91 %"), ("pruned", "50 %"))
            .Chart(TrainingCurves.Draw(Told.Finish(Told.Epoch(1), Told.Epoch(2)))).SaveRun(runs, "second");
        File.SetLastWriteTimeUtc(first, new DateTime(2026, 1, 2, 3, 4, 0, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(second, new DateTime(2026, 1, 2, 3, 5, 0, DateTimeKind.Utc));

        var index = RunIndex.Write(runs);
        var html = File.ReadAllText(index);
        // Every link leads to a file that is there.
        List<string> links = [.. Link().Matches(html).Select(match => System.Net.WebUtility.HtmlDecode(match.Groups[1].Value))];
        Assert.Equal(["second/report.html", "a%20%26%20b%20%231/report.html"], links);
        Assert.Equal(
            [second, first], links.Select(link => Path.GetFullPath(Path.Combine(runs, Uri.UnescapeDataString(link)))));
        foreach (var page in new[] { first, second })
            Assert.Equal(
                index, Path.GetFullPath(Path.Combine(
                    Path.GetDirectoryName(page)!, Link().Matches(File.ReadAllText(page)).Single().Groups[1].Value)));
        // Figures are columns, and a run without one of them leaves its cell empty.
        Assert.Equal(
            ["<td>91 %</td>", "<td>50 %</td>", "<td>2026-01-02 03:05</td>", "<td>90 %</td>", "<td></td>", "<td>2026-01-02 03:04</td>"],
            Cell().Matches(html).Select(match => match.Value));
        Assert.Contains("One &lt;network&gt;.", html);
        Assert.Contains("<dt>Training</dt><dd>Too short to judge.</dd>", html);
        Assert.Equal([index], Directory.EnumerateFiles(runs));
    }

    [Fact]
    public void PagesOfOthersAreLeftOut()
    {
        foreach (var (name, content) in new[]
                 {
                     ("other", "<html></html>"), ("broken", "<meta name=\"bayesgen-run\" content=\"{&quot;Title&quot;:\">"),
                     ("empty", "<meta name=\"bayesgen-run\" content=\"{}\">"),
                     ("odd", "<meta name=\"bayesgen-run\" content=\"{&quot;Title&quot;:&quot;t&quot;,&quot;Text&quot;:&quot;&quot;,&quot;Figures&quot;:[[&quot;x&quot;]],&quot;Headlines&quot;:[]}\">"),
                 })
        {
            Directory.CreateDirectory(Path.Combine(_folder.Root, name));
            File.WriteAllText(Path.Combine(_folder.Root, name, "report.html"), content);
        }

        Directory.CreateDirectory(Path.Combine(_folder.Root, "none"));
        Assert.Contains("0 runs", File.ReadAllText(RunIndex.Write(_folder.Root)));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData(".")]
    public void ANameThatLeavesTheFolderIsRefused(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => new RunReport("a").SaveRun(_folder.Root, name));
        Assert.Contains("one folder", error.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Root));
    }

    [GeneratedRegex("<a href=\"([^#\"][^\"]*)\">")]
    private static partial Regex Link();

    [GeneratedRegex("<td>[^<]*</td>")]
    private static partial Regex Cell();
}
