using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Where to report something that a rule found behind a name.</summary>
internal static class PlaceOfReport
{
    /// <summary>Whether an operation stands in the member that is analyzed, and not in one that it names.</summary>
    public static bool IsHere(this OperationAnalysisContext context, IOperation found) =>
        found.Syntax.SyntaxTree == context.Operation.Syntax.SyntaxTree
        && (context.Operation.Syntax.Span.Contains(found.Syntax.Span) || context.ContainingSymbol.DeclaringSyntaxReferences
            .Any(reference => reference.Span.Contains(found.Syntax.Span)));

    /// <summary>The place of what was found, or of another operation where that stands elsewhere and may serve others too.</summary>
    public static Location PlaceOf(this OperationAnalysisContext context, IOperation found, IOperation? otherwise = null) =>
        (context.IsHere(found) ? found : otherwise ?? context.Operation).Syntax.GetLocation();
}
