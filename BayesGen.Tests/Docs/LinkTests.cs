namespace BayesGen.Tests.Docs;

/// <summary>Every link of every page leads to a file, and to a heading where it names one; every image is there.</summary>
public sealed class LinkTests
{
    public static TheoryData<string> Pages => [.. DocumentedPages.All];

    [Theory]
    [MemberData(nameof(Pages))]
    public void EveryLinkLeadsToAFileAndAHeading(string page)
    {
        var path = Path.Combine(DocumentedPages.Root, page);
        Assert.Equal([], PageLinks.Dead(File.ReadAllText(path), path));
    }

    [Theory]
    [InlineData("[a](nowhere.md)", "nowhere.md: there is no such file")]
    [InlineData("![a](images/nowhere.png)", "images/nowhere.png: there is no such file")]
    [InlineData("<img alt=\"a\" src=\"images/nowhere.png\">", "images/nowhere.png: there is no such file")]
    [InlineData("[a](README.md#no-such-heading)", "README.md#no-such-heading: no heading has this anchor")]
    [InlineData("# One\n[a](#two)", "#two: no heading has this anchor")]
    public void ADeadLinkIsFound(string text, string expected) =>
        Assert.Equal([expected], PageLinks.Dead(text, Path.Combine(DocumentedPages.Root, DocumentedPages.Index)));

    [Theory]
    [InlineData("[a](README.md#the-examples) and `[a](nowhere.md)`")]
    [InlineData("# One `two`, three: [four](README.md)\n[a](#one-two-three-four)")]
    [InlineData("# One\n## One\n[a](#one-1)")]
    [InlineData("```md\n[a](nowhere.md)\n```")]
    public void ALinkThatLeadsSomewhereIsNotFound(string text) =>
        Assert.Equal([], PageLinks.Dead(text, Path.Combine(DocumentedPages.Root, DocumentedPages.Index)));

    [Fact]
    public void TheIndexLinksToEveryPage()
    {
        var index = Path.Combine(DocumentedPages.Root, DocumentedPages.Index);
        var targets = PageLinks.Targets(File.ReadAllText(index))
            .Select(target => Path.GetFullPath(target.Split('#')[0], Path.GetDirectoryName(index)!)).ToHashSet();
        Assert.All(DocumentedPages.Guides.Where(page => page is not ("README.md" or DocumentedPages.Index)),
            page => Assert.Contains(Path.GetFullPath(page, DocumentedPages.Root), targets));
    }
}
