using Microsoft.CodeAnalysis;

namespace BayesGen.Tests.Support;

/// <summary>
/// Runs every analyzer on a source that marks each expected span: <c>[|BG0002:field|]</c>. Nothing unmarked may be reported.
/// </summary>
internal static class AnalyzerAssert
{
    /// <summary>Checks the marked spans, and the messages in their order where some are given.</summary>
    public static async Task Reports(string marked, params string[] messages)
    {
        var (source, expected) = Unmark(marked);
        var diagnostics = await GeneratorHarness.Analyze(GeneratorHarness.Compile(source));
        var found = diagnostics.Select(diagnostic => (diagnostic.Id, Span: diagnostic.Location.SourceSpan))
            .Select(diagnostic => $"{diagnostic.Id} '{source[diagnostic.Span.Start..diagnostic.Span.End]}'");
        Assert.True(
            expected.SequenceEqual(found),
            $"Expected: {string.Join(", ", expected)}\nFound:\n{string.Join("\n", diagnostics)}");
        if (messages.Length > 0)
            Assert.Equal(messages, diagnostics.Select(diagnostic => diagnostic.GetMessage()));
        Assert.All(diagnostics, diagnostic => Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity));
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
