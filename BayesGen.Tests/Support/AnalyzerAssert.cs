namespace BayesGen.Tests.Support;

/// <summary>
/// Runs every analyzer on a source that marks each expected span: <c>[|BG0002:field|]</c>. Nothing unmarked may be reported, but for the
/// remark that a forward has no graph (BG0015), which belongs to tests that mark one.
/// </summary>
internal static class AnalyzerAssert
{
    private const string NoGraph = "BG0015";

    /// <summary>Checks the marked spans, and the messages in their order where some are given.</summary>
    public static Task Reports(string marked, params string[] messages) => Reports(marked, null, null, messages);

    /// <summary>Nothing at all is reported, the remark that a forward has no graph included.</summary>
    public static async Task SaysNothing(string source) =>
        Assert.Equal([], (await GeneratorHarness.Analyze(GeneratorHarness.Compile(source), [])).Select(finding => finding.ToString()));

    /// <summary>The same with BayesGen.State.txt beside the source; spans are marked in both, those of the source come first.</summary>
    public static Task ReportsWithState(string marked, string markedState, params string[] messages) =>
        Reports(marked, "/project/BayesGen.State.txt", markedState, messages);

    private static async Task Reports(string marked, string? path, string? markedFile, string[] messages)
    {
        var (source, expected) = Unmark(marked);
        var (file, expectedInFile) = Unmark(markedFile ?? "");
        expected.AddRange(expectedInFile);
        var diagnostics = await GeneratorHarness.Analyze(
            GeneratorHarness.Compile(source), path is null ? [] : [new FileBeside(path, file)]);
        if (!expected.Exists(one => one.StartsWith(NoGraph, StringComparison.Ordinal)))
            diagnostics = [.. diagnostics.Where(diagnostic => diagnostic.Id != NoGraph)];
        var found = diagnostics
            .Select(
                diagnostic => (diagnostic.Id, Text: diagnostic.Location.IsInSource ? source : file, Span: diagnostic.Location.SourceSpan))
            .Select(diagnostic => $"{diagnostic.Id} '{diagnostic.Text[diagnostic.Span.Start..diagnostic.Span.End]}'");
        Assert.True(
            expected.SequenceEqual(found),
            $"Expected: {string.Join(", ", expected)}\nFound:\n{string.Join("\n", diagnostics)}");
        if (messages.Length > 0)
            Assert.Equal(messages, diagnostics.Select(diagnostic => diagnostic.GetMessage()));
    }

    /// <summary>
    /// The wrapper of a class with findings has to be there all the same: csc prints no analyzer message once a declaration names a
    /// missing type. So nothing but the calls that a rule is about may fail to compile.
    /// </summary>
    public static void CompilesBeside(string marked) => GeneratorHarness.Run(Unmark(marked).Source).Compiles();

    private static (string Source, List<string> Expected) Unmark(string marked)
    {
        var expected = new List<string>();
        for (var start = marked.IndexOf("[|", StringComparison.Ordinal); start >= 0; start = marked.IndexOf("[|", StringComparison.Ordinal))
        {
            var colon = marked.IndexOf(':', start);
            var end = marked.IndexOf("|]", start, StringComparison.Ordinal);
            var text = marked[(colon + 1)..end];
            expected.AddRange(marked[(start + 2)..colon].Split('+').Select(id => $"{id} '{text}'"));
            marked = marked[..start] + text + marked[(end + 2)..];
        }

        return (marked, expected);
    }
}
