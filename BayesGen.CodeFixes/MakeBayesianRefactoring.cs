using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeRefactorings;

namespace BayesGen.CodeFixes;

/// <summary>On the head of an ordinary network: puts [Bayesian] on the class.</summary>
[ExportCodeRefactoringProvider(LanguageNames.CSharp, Name = nameof(MakeBayesianRefactoring)), Shared]
public sealed class MakeBayesianRefactoring : CodeRefactoringProvider
{
    // The general family, and the one to prune weights with; the others are an edit away.
    private static readonly (string Family, string Title)[] Choices =
    [
        ("Gaussian", "Make this network Bayesian (Gaussian)"),
        ("SparseDropout", "Make this network Bayesian (SparseDropout, to prune weights)"),
    ];

    /// <inheritdoc/>
    public override async Task ComputeRefactoringsAsync(CodeRefactoringContext context)
    {
        if (await NetworkAtCaret.FindAsync(context).ConfigureAwait(false) is not { } network || !network.IsPlain(context.CancellationToken))
            return;
        foreach (var (family, title) in Choices)
            context.RegisterRefactoring(CodeAction.Create(
                title,
                _ => Task.FromResult(network.Annotated(network.Declaration, family)),
                equivalenceKey: $"{nameof(MakeBayesianRefactoring)}.{family}"));
    }
}
