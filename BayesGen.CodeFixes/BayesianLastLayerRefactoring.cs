using System.Composition;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeRefactorings;

namespace BayesGen.CodeFixes;

/// <summary>On the head of an ordinary network: puts [Bayesian] on the layer that computes the output.</summary>
/// <remarks>The cheapest Bayesian neural network: the layers before it learn features, the last one says how sure it is.</remarks>
[ExportCodeRefactoringProvider(LanguageNames.CSharp, Name = nameof(BayesianLastLayerRefactoring)), Shared]
public sealed class BayesianLastLayerRefactoring : CodeRefactoringProvider
{
    /// <inheritdoc/>
    public override async Task ComputeRefactoringsAsync(CodeRefactoringContext context)
    {
        var cancellation = context.CancellationToken;
        if (await NetworkAtCaret.FindAsync(context).ConfigureAwait(false) is not { } network
            || !network.IsPlain(cancellation)
            || LastLayerReader.Find(network.Type, network.Known, cancellation) is not { } last
            || network.DeclarationOf(last.Member, cancellation) is not { } declaration)
            return;
        context.RegisterRefactoring(CodeAction.Create(
            $"Bayesian last layer only ('{last.Member.Name}')",
            _ => Task.FromResult(network.Annotated(declaration, "Gaussian")),
            equivalenceKey: nameof(BayesianLastLayerRefactoring)));
    }
}
