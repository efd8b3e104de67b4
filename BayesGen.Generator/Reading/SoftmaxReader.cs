using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Reads whether the forward pass of a network ends in a softmax.</summary>
internal static class SoftmaxReader
{
    /// <summary>The name of the softmax that forward returns and where it stands, or null.</summary>
    public static (string Name, Location Location)? Find(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
    {
        foreach (var returned in ForwardOutput.Returned(network, known, cancellation))
            if (NameOf(returned, known, cancellation) is { } name)
                return (name, returned.Syntax.GetLocation());
        return null;
    }

    private static string? NameOf(IOperation? output, KnownTypes known, CancellationToken cancellation)
    {
        if (ForwardOutput.Unconverted(output) is not IInvocationOperation call || !known.IsTorchSharp(call.TargetMethod.ContainingType))
            return null;
        return call.TargetMethod.Name switch
        {
            "softmax" or "log_softmax" => call.TargetMethod.Name,
            // These hand on the same numbers.
            "MoveToOuterDisposeScope" or "DetachFromDisposeScope" => NameOf(call.Instance ?? call.Arguments[0].Value, known, cancellation),
            "call" or "forward" when ForwardOutput.Unconverted(call.Instance) is IMemberReferenceOperation layer =>
                LayerName(layer.Member, known, cancellation),
            _ => null,
        };
    }

    /// <summary>A softmax in a field, or at the end of the Sequential that a field is initialised with.</summary>
    private static string? LayerName(ISymbol member, KnownTypes known, CancellationToken cancellation)
    {
        var type = member is IFieldSymbol field ? field.Type : (member as IPropertySymbol)?.Type;
        if (type is null || !known.IsTorchSharp(type))
            return null;
        if (type.Name is "Softmax" or "LogSoftmax")
            return type.Name;
        if (type.Name != "Sequential" || Initializer(member, cancellation) is not { } initializer)
            return null;
        var made = ForwardOutput.Unconverted(known.Compilation.GetSemanticModel(initializer.SyntaxTree).GetOperation(initializer, cancellation));
        return made is IInvocationOperation { TargetMethod.Name: "Sequential" } sequential
            && LastOf(sequential.Arguments.LastOrDefault()?.Value) is IInvocationOperation { TargetMethod.Name: "Softmax" or "LogSoftmax" } last
                ? last.TargetMethod.Name
                : null;
    }

    /// <summary>The last of several modules, without the name that it may have been given.</summary>
    private static IOperation? LastOf(IOperation? modules) => ForwardOutput.Unconverted(modules) switch
    {
        IArrayCreationOperation { Initializer: { } values } => LastOf(values.ElementValues.LastOrDefault()),
        ICollectionExpressionOperation collection => LastOf(collection.Elements.LastOrDefault()),
        ITupleOperation named => LastOf(named.Elements.LastOrDefault()),
        var module => module,
    };

    private static ExpressionSyntax? Initializer(ISymbol member, CancellationToken cancellation) =>
        member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            VariableDeclaratorSyntax variable => variable.Initializer?.Value,
            PropertyDeclarationSyntax property => property.Initializer?.Value,
            _ => null,
        };
}
