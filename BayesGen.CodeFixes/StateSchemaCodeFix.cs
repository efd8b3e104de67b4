using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Analyzers;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace BayesGen.CodeFixes;

/// <summary>
/// BG0301 lists new keys in BayesGen.State.txt, BG0300 gives old ones up there, BG0302 removes a line that is not an entry.
/// </summary>
[ExportCodeFixProvider(
    LanguageNames.CSharp,
    Name = nameof(StateSchemaCodeFix),
    DocumentKinds = [nameof(TextDocumentKind.Document), nameof(TextDocumentKind.AdditionalDocument)],
    DocumentExtensions = [".cs", ".txt"]), Shared]
public sealed class StateSchemaCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [Descriptors.StateLost.Id, Descriptors.StateUnlisted.Id, Descriptors.NoStateEntry.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => OneFile.Instance;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var project = context.TextDocument.Project;
        foreach (var diagnostic in context.Diagnostics)
            context.RegisterCodeFix(
                CodeAction.Create(
                    TitleOf(diagnostic),
                    cancellation => EditAsync(project.Solution, project.Id, [diagnostic], cancellation),
                    equivalenceKey: KeyOf(diagnostic)),
                diagnostic);
        return Task.CompletedTask;
    }

    private static string TitleOf(Diagnostic diagnostic)
    {
        diagnostic.Properties.TryGetValue(StateSchemaAnalyzer.MemberProperty, out var member);
        return diagnostic.Id == Descriptors.StateUnlisted.Id ? $"List '{member}' in {StateSchemaFile.Name}"
            : diagnostic.Id == Descriptors.StateLost.Id ? $"Give the old keys of '{member}' up in {StateSchemaFile.Name}"
            : "Remove the line";
    }

    private static string KeyOf(Diagnostic diagnostic) => $"{nameof(StateSchemaCodeFix)}.{diagnostic.Id}";

    private static async Task<Solution> EditAsync(
        Solution solution, ProjectId project, IReadOnlyCollection<Diagnostic> diagnostics, CancellationToken cancellation)
    {
        var file = solution.GetProject(project)?.AdditionalDocuments
            .FirstOrDefault(document => StateSchemaFile.IsAt(document.FilePath ?? document.Name));
        if (file is null)
            return solution;
        var text = await file.GetTextAsync(cancellation).ConfigureAwait(false);
        var edited = StateSchemaEdit.Apply(
            text,
            diagnostics.SelectMany(diagnostic => Lines(diagnostic, StateSchemaAnalyzer.AddProperty)),
            diagnostics.SelectMany(diagnostic => Lines(diagnostic, StateSchemaAnalyzer.RemoveProperty)),
            diagnostics.Where(diagnostic => diagnostic.Id == Descriptors.NoStateEntry.Id)
                .Select(diagnostic => text.Lines.GetLineFromPosition(diagnostic.Location.SourceSpan.Start).LineNumber));
        return solution.WithAdditionalDocumentText(file.Id, edited);
    }

    private static IEnumerable<string> Lines(Diagnostic diagnostic, string property) =>
        diagnostic.Properties.TryGetValue(property, out var lines) && !string.IsNullOrEmpty(lines) ? lines!.Split('\n') : [];

    /// <summary>All findings of a project change one file, which the usual provider, made for sources, would not merge.</summary>
    private sealed class OneFile : FixAllProvider
    {
        public static OneFile Instance { get; } = new();

        public override async Task<CodeAction?> GetFixAsync(FixAllContext context)
        {
            IEnumerable<Project> projects = context.Scope == FixAllScope.Solution ? context.Solution.Projects : [context.Project];
            var found = new List<(ProjectId Project, List<Diagnostic> Diagnostics)>();
            foreach (var project in projects)
            {
                var diagnostics = context is { Scope: FixAllScope.Document, Document: { } document }
                    ? await context.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false)
                    : await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false);
                found.Add((project.Id, [.. diagnostics.Where(diagnostic => KeyOf(diagnostic) == context.CodeActionEquivalenceKey)]));
            }

            return CodeAction.Create(
                $"Bring {StateSchemaFile.Name} up to date",
                async cancellation =>
                {
                    var solution = context.Solution;
                    foreach (var (project, diagnostics) in found)
                        solution = await EditAsync(solution, project, diagnostics, cancellation).ConfigureAwait(false);
                    return solution;
                },
                context.CodeActionEquivalenceKey);
        }
    }
}
