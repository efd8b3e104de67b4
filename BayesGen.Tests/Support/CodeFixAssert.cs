using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Tests.Support;

/// <summary>Applies a code fix to sources in memory, as an editor does, and compares what comes out.</summary>
internal static class CodeFixAssert
{
    private const string StateFile = "BayesGen.State.txt";

    /// <summary>Takes the fix of the given title for the first finding that offers it.</summary>
    public static Task Fixes<TFix>(string before, string title, string after)
        where TFix : CodeFixProvider, new() => FixesFirst<TFix>(before, null, title, Source0(after));

    /// <summary>The same with BayesGen.State.txt beside the source; the fix changes the source.</summary>
    public static Task FixesWithState<TFix>(string before, string state, string title, string after)
        where TFix : CodeFixProvider, new() => FixesFirst<TFix>(before, state, title, Source0(after));

    /// <summary>Takes the fix of the given title, which changes BayesGen.State.txt.</summary>
    public static Task FixesState<TFix>(string source, string before, string title, string after)
        where TFix : CodeFixProvider, new() => FixesFirst<TFix>(source, before, title, (StateFile, after));

    /// <summary>Takes the fix of the given title for every finding of the project, which changes BayesGen.State.txt.</summary>
    public static async Task FixesAllOfState<TFix>(string source, string before, string title, string after)
        where TFix : CodeFixProvider, new()
    {
        using var workspace = new AdhocWorkspace();
        var fix = new TFix();
        var (document, diagnostics) = await Open(workspace, source, fix, before);
        foreach (var diagnostic in diagnostics)
            if ((await Offered(document, diagnostic, fix)).FirstOrDefault(offered => offered.Title == title) is { } action)
            {
                var all = await fix.GetFixAllProvider()!.GetFixAsync(new FixAllContext(
                    document.Project, fix, FixAllScope.Project, action.EquivalenceKey, fix.FixableDiagnosticIds,
                    new Found(diagnostics), default));
                await Compare(document, all!, (StateFile, after));
                return;
            }

        Assert.Fail($"No finding offers '{title}': {string.Join("\n", diagnostics)}");
    }

    private static async Task FixesFirst<TFix>(string before, string? state, string title, (string Name, string Text) after)
        where TFix : CodeFixProvider, new()
    {
        using var workspace = new AdhocWorkspace();
        var (document, diagnostics) = await Open(workspace, before, new TFix(), state);
        foreach (var diagnostic in diagnostics)
            if ((await Offered(document, diagnostic, new TFix())).FirstOrDefault(action => action.Title == title) is { } action)
            {
                await Compare(document, action, after);
                return;
            }

        Assert.Fail($"No finding offers '{title}': {string.Join("\n", diagnostics)}");
    }

    /// <summary>Takes the fix of the given title for every finding of the document.</summary>
    public static Task FixesAll<TFix>(string before, string title, string after)
        where TFix : CodeFixProvider, new() => FixesAllWithState<TFix>(before, null, title, after);

    /// <summary>The same with BayesGen.State.txt beside the source; the fix changes the source.</summary>
    public static async Task FixesAllWithState<TFix>(string before, string? state, string title, string after)
        where TFix : CodeFixProvider, new()
    {
        using var workspace = new AdhocWorkspace();
        var fix = new TFix();
        var (document, diagnostics) = await Open(workspace, before, fix, state);
        var action = (await Offered(document, diagnostics[0], fix)).Single(offered => offered.Title == title);
        var all = await fix.GetFixAllProvider()!.GetFixAsync(new FixAllContext(
            document, fix, FixAllScope.Document, action.EquivalenceKey, fix.FixableDiagnosticIds, new Found(diagnostics), default));
        Assert.NotNull(all);
        await Compare(document, all, Source0(after));
    }

    /// <summary>The titles that are offered for the findings of a source, finding by finding.</summary>
    public static Task Offers<TFix>(string source, params string[] titles)
        where TFix : CodeFixProvider, new() => OffersWithState<TFix>(source, null, titles);

    /// <summary>The same with BayesGen.State.txt beside the source.</summary>
    public static async Task OffersWithState<TFix>(string source, string? state, params string[] titles)
        where TFix : CodeFixProvider, new()
    {
        using var workspace = new AdhocWorkspace();
        var (document, diagnostics) = await Open(workspace, source, new TFix(), state);
        var offered = new List<string>();
        foreach (var diagnostic in diagnostics)
            offered.AddRange((await Offered(document, diagnostic, new TFix())).Select(action => action.Title));
        Assert.NotEmpty(diagnostics);
        Assert.Equal(titles, offered);
    }

    private static async Task<(Document Document, ImmutableArray<Diagnostic> Diagnostics)> Open(
        AdhocWorkspace workspace, string source, CodeFixProvider fix, string? state = null)
    {
        var compilation = GeneratorHarness.Run(source).Output;
        var project = workspace.AddProject("Networks", LanguageNames.CSharp)
            .WithCompilationOptions(compilation.Options)
            .WithParseOptions(compilation.SyntaxTrees.First().Options)
            .WithMetadataReferences(compilation.References);
        foreach (var tree in compilation.SyntaxTrees)
            project = project.AddDocument(Path.GetFileName(tree.FilePath), await tree.GetTextAsync(), filePath: tree.FilePath).Project;
        if (state is not null)
            project = project.AddAdditionalDocument(StateFile, state, filePath: $"/project/{StateFile}").Project;
        var document = project.Documents.Single(candidate => candidate.Name == "Source0.cs");
        // Analyzed in the project itself, since a fix looks for the nodes of its document. What the generator wrote is there already.
        var diagnostics = await GeneratorHarness.AnalyzeAsItIs(
            (CSharpCompilation)(await document.Project.GetCompilationAsync())!,
            state is null ? [] : [new FileBeside($"/project/{StateFile}", state)]);
        return (document, [.. diagnostics.Where(diagnostic => fix.FixableDiagnosticIds.Contains(diagnostic.Id))]);
    }

    private static async Task<List<CodeAction>> Offered(Document document, Diagnostic diagnostic, CodeFixProvider fix)
    {
        var actions = new List<CodeAction>();
        var place = diagnostic.Location.IsInSource ? document : document.Project.AdditionalDocuments.Single();
        await fix.RegisterCodeFixesAsync(new CodeFixContext(
            place, diagnostic.Location.SourceSpan, [diagnostic], (action, _) => actions.Add(action), default));
        return actions;
    }

    private static (string Name, string Text) Source0(string text) => ("Source0.cs", text);

    private static async Task Compare(Document document, CodeAction action, (string Name, string Text) after)
    {
        var operations = await action.GetOperationsAsync(default);
        var changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetProject(document.Project.Id)!;
        var file = changed.Documents.Concat(changed.AdditionalDocuments).Single(candidate => candidate.Name == after.Name);
        Assert.Equal(after.Text, (await file.GetTextAsync()).ToString());
    }

    /// <summary>The findings that a fix for all of them asks for.</summary>
    private sealed class Found(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult(document.Name == "Source0.cs" ? diagnostics : Enumerable.Empty<Diagnostic>());

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult(Enumerable.Empty<Diagnostic>());

        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);
    }
}
