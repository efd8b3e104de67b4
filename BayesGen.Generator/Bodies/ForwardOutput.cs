using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Bodies;

/// <summary>What the forward pass of a network computes, as far as its source says.</summary>
internal static class ForwardOutput
{
    /// <summary>The body of forward, that of the nearest base class where the network has none of its own; null without source.</summary>
    public static IOperation? BodyOf(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation) =>
        MethodOf(network, cancellation) is { } method
            ? known.SemanticsOf(method)?.GetOperation(method, cancellation)
            : null;

    /// <summary>The values that forward returns.</summary>
    public static IEnumerable<IOperation> Returned(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
    {
        if (MethodOf(network, cancellation) is not { } method || known.SemanticsOf(method) is not { } semantics)
            return [];
        var returned = method.ExpressionBody is { } arrow
            ? [arrow.Expression]
            : method.DescendantNodes(node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
                .OfType<ReturnStatementSyntax>()
                .Select(statement => statement.Expression)
                .OfType<ExpressionSyntax>();
        return returned.Select(expression => semantics.GetOperation(expression, cancellation)).OfType<IOperation>();
    }

    private static MethodDeclarationSyntax? MethodOf(INamedTypeSymbol network, CancellationToken cancellation) => network.SelfAndBases()
        .SelectMany(type => type.GetMembers("forward").OfType<IMethodSymbol>())
        .FirstOrDefault(method => method.IsOverride)
        ?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) as MethodDeclarationSyntax;
}
