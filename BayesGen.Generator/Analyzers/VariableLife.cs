using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>How far down the text of one method a variable, field or property certainly holds the same object.</summary>
/// <param name="known">The types to ask about.</param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class VariableLife(KnownTypes known, CancellationToken cancellation)
{
    /// <summary>Where the variable may be given something else: the end of the first operation behind a place that may do it.</summary>
    public int EndAfter(int place, ISymbol variable, IOperation room)
    {
        var later = room.Descendants().Where(operation => operation.Syntax.SpanStart >= place).ToList();
        var isWrittenElsewhere = new Lazy<bool>(() => IsWrittenElsewhere(variable, room));
        return later
            .Where(operation => Writes(operation, variable) || IsCallOfTheDevelopers(operation) && isWrittenElsewhere.Value)
            .Select(operation => operation.Syntax.Span.End) // What it is given may still be computed from the old one.
            .DefaultIfEmpty(int.MaxValue)
            .Min();
    }

    /// <summary>Whether an operation gives a variable a value: an assignment, one of several in a tuple, or by reference.</summary>
    private static bool Writes(IOperation operation, ISymbol variable)
    {
        return operation switch
        {
            IAssignmentOperation assignment => IsTarget(assignment.Target),
            IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } passed => Is(passed.Value),
            _ => false,
        };

        bool IsTarget(IOperation target) => Is(target) || target is ITupleOperation several && several.Elements.Any(IsTarget);

        bool Is(IOperation target) => SymbolEqualityComparer.Default.Equals(DrawnValue.Named(target), variable);
    }

    /// <summary>A call that may lead anywhere; TorchSharp and BayesGen write no variable of the developer's.</summary>
    private bool IsCallOfTheDevelopers(IOperation operation) => operation is IInvocationOperation { TargetMethod.ContainingType: { } type }
        && !known.IsTorchSharp(type) && !known.IsShipped(type)
        && !known.IsWrapper(type);

    private bool IsWrittenElsewhere(ISymbol variable, IOperation room)
    {
        if (variable is ILocalSymbol or IParameterSymbol)
            return Root(room).Descendants().Any(operation =>
                operation is IAnonymousFunctionOperation or ILocalFunctionOperation && operation != room
                && operation.Descendants().Any(inner => Writes(inner, variable)));
        return !DeclaredValue.IsClosed(variable) || DeclaredValue.WritesTo(variable, cancellation).Any(write =>
            !(write.SyntaxTree == room.Syntax.SyntaxTree && room.Syntax.Span.Contains(write.Span)) && !RunsWithTheConstructor(write));
    }

    private static bool RunsWithTheConstructor(SyntaxNode write) =>
        write.FirstAncestorOrSelf<ConstructorDeclarationSyntax>() is not null
        && write.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is null
        && write.FirstAncestorOrSelf<LocalFunctionStatementSyntax>() is null;

    private static IOperation Root(IOperation operation) => operation.Parent is { } parent ? Root(parent) : operation;
}
