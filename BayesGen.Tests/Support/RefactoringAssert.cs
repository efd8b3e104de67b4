using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeRefactorings;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace BayesGen.Tests.Support;

/// <summary>Applies a refactoring at the caret, <c>[||]</c>, and compares what comes out. The source brings all its usings.</summary>
internal static class RefactoringAssert
{
    private const string Caret = "[||]";

    /// <summary>
    /// Takes the refactoring of the given title. What comes out has to compile with the generator, which writes the wrapper.
    /// </summary>
    public static async Task Refactors<TRefactoring>(string marked, string title, string after, string wrapper)
        where TRefactoring : CodeRefactoringProvider, new()
    {
        using var workspace = new AdhocWorkspace();
        var (document, actions) = await Open<TRefactoring>(workspace, marked);
        var action = actions.SingleOrDefault(offered => offered.Title == title);
        Assert.True(action is not null, $"Offered: {string.Join(", ", actions.Select(offered => offered.Title))}");
        var operations = await action.GetOperationsAsync(default);
        var changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
        var text = (await changed.GetTextAsync()).ToString();
        Assert.Equal(after, text);
        var networks = GeneratorHarness.Run(
            GeneratorHarness.Compile().RemoveAllSyntaxTrees().AddSyntaxTrees(GeneratorHarness.Parse(text, "Source.cs")));
        Assert.Equal(wrapper, Assert.Single(networks.Compiles().Wrappers).HintName);
    }

    /// <summary>The titles that are offered at the caret.</summary>
    public static async Task Offers<TRefactoring>(string marked, params string[] titles)
        where TRefactoring : CodeRefactoringProvider, new()
    {
        using var workspace = new AdhocWorkspace();
        var (_, actions) = await Open<TRefactoring>(workspace, marked);
        Assert.Equal(titles, actions.Select(action => action.Title));
    }

    /// <summary>Takes whatever is offered: an editor asks while the developer types, and shows a refactoring that throws.</summary>
    public static async Task Survives<TRefactoring>(string marked)
        where TRefactoring : CodeRefactoringProvider, new()
    {
        using var workspace = new AdhocWorkspace();
        var (_, actions) = await Open<TRefactoring>(workspace, marked);
        foreach (var action in actions)
            Assert.NotEmpty(await action.GetOperationsAsync(default));
    }

    private static async Task<(Document Document, List<CodeAction> Actions)> Open<TRefactoring>(AdhocWorkspace workspace, string marked)
        where TRefactoring : CodeRefactoringProvider, new()
    {
        var compilation = GeneratorHarness.Compile();
        var caret = marked.IndexOf(Caret, StringComparison.Ordinal);
        Assert.True(caret >= 0, "The source has no caret.");
        var document = workspace.AddProject("Networks", LanguageNames.CSharp)
            .WithCompilationOptions(compilation.Options)
            .WithParseOptions(compilation.SyntaxTrees.First().Options)
            .WithMetadataReferences(compilation.References)
            .AddDocument("Source.cs", marked.Remove(caret, Caret.Length));
        var actions = new List<CodeAction>();
        await new TRefactoring().ComputeRefactoringsAsync(
            new CodeRefactoringContext(document, new TextSpan(caret, 0), actions.Add, default));
        return (document, actions);
    }
}
