using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Reads whether the forward pass of a network ends in a softmax.</summary>
internal static class SoftmaxReader
{
    /// <summary>
    /// The name of the softmax that forward returns and the node that stands for it: its call or, in a Sequential, the layer. Null where
    /// forward does not end in one.
    /// </summary>
    public static (string Name, SyntaxNode Node)? Find(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
    {
        foreach (var returned in ForwardOutput.Returned(network, known, cancellation))
            if (SoftmaxOf(returned, known, cancellation) is { } softmax)
                return softmax;
        return null;
    }

    private static (string Name, SyntaxNode Node)? SoftmaxOf(IOperation? output, KnownTypes known, CancellationToken cancellation)
    {
        var value = LastWrite(output) ?? DeclaredValue.Of(output, known, cancellation);
        if (DeclaredValue.Unconverted(value) is not IInvocationOperation call || !known.IsTorchSharp(call.TargetMethod.ContainingType))
            return null;
        return call.TargetMethod.Name switch
        {
            "softmax" or "log_softmax" => (call.TargetMethod.Name, call.Syntax),
            // These hand on the same numbers.
            "MoveToOuterDisposeScope" or "DetachFromDisposeScope" =>
                SoftmaxOf(call.Instance ?? call.Arguments[0].Value, known, cancellation),
            "call" or "forward" when DeclaredValue.Unconverted(call.Instance) is IMemberReferenceOperation layer =>
                LayerIn(layer.Member, call, known, cancellation),
            _ => null,
        };
    }

    /// <summary>What a variable that is used over and over was given last, in the block that returns it; null where that is not plain.</summary>
    private static IOperation? LastWrite(IOperation? output)
    {
        var read = DeclaredValue.Unconverted(output);
        if (NameOf(read) is not { } variable)
            return null;
        IOperation statement = read!;
        while (statement.Parent is { } parent and not IBlockOperation)
            statement = parent;
        if (statement.Parent is not IBlockOperation block)
            return null;
        foreach (var earlier in block.Operations.TakeWhile(operation => operation != statement).Reverse())
        {
            if (earlier is IExpressionStatementOperation { Operation: ISimpleAssignmentOperation assignment } && IsVariable(assignment.Target))
                return assignment.Value;
            if (earlier.Descendants().OfType<IAssignmentOperation>().Any(write => write.Target.DescendantsAndSelf().Any(IsVariable)))
                return null;
        }

        return null;

        bool IsVariable(IOperation target) => SymbolEqualityComparer.Default.Equals(NameOf(target), variable);

        static ISymbol? NameOf(IOperation? operation) => operation switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            _ => null,
        };
    }

    /// <summary>A softmax in a field, or at the end of the Sequential that a field is initialised with.</summary>
    private static (string Name, SyntaxNode Node)? LayerIn(
        ISymbol member, IInvocationOperation call, KnownTypes known, CancellationToken cancellation)
    {
        var type = member is IFieldSymbol field ? field.Type : (member as IPropertySymbol)?.Type;
        if (type is null || !known.IsTorchSharp(type))
            return null;
        if (type.Name is "Softmax" or "LogSoftmax")
            return (type.Name, call.Syntax);
        return DeclaredValue.Of(call.Instance, known, cancellation) is IInvocationOperation { TargetMethod.Name: var made } layer
            ? made switch
            {
                "Softmax" or "LogSoftmax" => (made, call.Syntax),
                "Sequential" when LastOf(layer.Arguments.LastOrDefault()?.Value)
                    is IInvocationOperation { TargetMethod.Name: "Softmax" or "LogSoftmax" } last => (last.TargetMethod.Name, last.Syntax),
                _ => null,
            }
            : null;
    }

    /// <summary>The last of several modules, without the name that it may have been given.</summary>
    private static IOperation? LastOf(IOperation? modules) => DeclaredValue.Unconverted(modules) switch
    {
        IArrayCreationOperation { Initializer: { } values } => LastOf(values.ElementValues.LastOrDefault()),
        ICollectionExpressionOperation collection => LastOf(collection.Elements.LastOrDefault()),
        ITupleOperation named => LastOf(named.Elements.LastOrDefault()),
        var module => module,
    };
}
