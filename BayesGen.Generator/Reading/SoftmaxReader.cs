using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>A function that makes probabilities of logits, under its names as a function and as a layer.</summary>
/// <param name="Functions">Its names as a function.</param>
/// <param name="Layers">Its names as a layer.</param>
internal sealed record Squash(string[] Functions, string[] Layers)
{
    /// <summary>The softmax, also of logarithms.</summary>
    public static readonly Squash Softmax = new(["softmax", "log_softmax"], ["Softmax", "LogSoftmax"]);

    /// <summary>The sigmoid.</summary>
    public static readonly Squash Sigmoid = new(["sigmoid", "sigmoid_"], ["Sigmoid"]);
}

/// <summary>Reads whether the forward pass of a network ends in a softmax or a sigmoid.</summary>
/// <param name="squash">Which of them.</param>
/// <param name="known">The types to ask about.</param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class SoftmaxReader(Squash squash, KnownTypes known, CancellationToken cancellation)
{
    /// <summary>
    /// The softmax or sigmoid of each way out of forward: its name and the node that stands for it, its call or, in a Sequential, the
    /// layer. Empty where one way returns something else, perhaps the logits that training needs.
    /// </summary>
    public IReadOnlyList<(string Name, SyntaxNode Node)> Find(INamedTypeSymbol network)
    {
        var found = new List<(string Name, SyntaxNode Node)>();
        foreach (var returned in ForwardOutput.Returned(network, known, cancellation))
        {
            if (SoftmaxOf(returned) is not { } softmax)
                return [];
            found.Add(softmax);
        }

        return found;
    }

    private (string Name, SyntaxNode Node)? SoftmaxOf(IOperation? output)
    {
        var value = LastWrite(output) ?? DeclaredValue.Of(output, known, cancellation);
        if (DeclaredValue.Unconverted(value) is not IInvocationOperation call || !known.IsTorchSharp(call.TargetMethod.ContainingType))
            return null;
        return call.TargetMethod.Name switch
        {
            var function when squash.Functions.Contains(function) => (function, call.Syntax),
            // These hand on the same numbers.
            "MoveToOuterDisposeScope" or "DetachFromDisposeScope" =>
                SoftmaxOf(call.Instance ?? call.Arguments[0].Value),
            "call" or "forward" when DeclaredValue.Unconverted(call.Instance) is IMemberReferenceOperation layer =>
                LayerIn(layer.Member, call),
            _ => null,
        };
    }

    /// <summary>
    /// What a variable that is used over and over was given last, in the block that returns it; null where that is not plain.
    /// </summary>
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
            if (earlier is IExpressionStatementOperation { Operation: ISimpleAssignmentOperation assignment }
                && IsVariable(assignment.Target))
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

    /// <summary>One in a field, or at the end of the Sequential that a field is initialized with.</summary>
    private (string Name, SyntaxNode Node)? LayerIn(ISymbol member, IInvocationOperation call)
    {
        var type = member is IFieldSymbol field ? field.Type : (member as IPropertySymbol)?.Type;
        if (type is null || !known.IsTorchSharp(type))
            return null;
        if (squash.Layers.Contains(type.Name))
            return (type.Name, call.Syntax);
        return DeclaredValue.Of(call.Instance, known, cancellation) is IInvocationOperation { TargetMethod.Name: var made } layer
            ? made switch
            {
                _ when squash.Layers.Contains(made) => (made, call.Syntax),
                "Sequential" when LastOf(layer.Arguments.LastOrDefault()?.Value) is IInvocationOperation last
                    && squash.Layers.Contains(last.TargetMethod.Name) => (last.TargetMethod.Name, last.Syntax),
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
