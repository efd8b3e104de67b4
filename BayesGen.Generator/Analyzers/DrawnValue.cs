using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>
/// Whether a value was computed from a network under a draw, with gradients on. It follows locals backward through one method body, from
/// the last assignment that certainly ran to those that may have run since. What it cannot follow counts as not drawn.
/// </summary>
/// <param name="model">The variable of the network that was drawn, or null where the source does not say which one it is.</param>
/// <param name="known">The types to ask about.</param>
internal sealed class DrawnValue(ISymbol? model, KnownTypes known)
{
    // A reference is reached on many ways in a long computation; each is judged once.
    private readonly Dictionary<ILocalReferenceOperation, bool> _judged = [];

    public bool Holds(IOperation? value) => value switch
    {
        null or IAnonymousFunctionOperation or INameOfOperation or ITypeOfOperation => false,
        IBinaryOperation { OperatorKind: >= BinaryOperatorKind.Equals and <= BinaryOperatorKind.GreaterThan } => false, // No gradient.
        IInvocationOperation call => HoldsResult(call),
        ILocalReferenceOperation local => HoldsLocal(local),
        IPropertyReferenceOperation { Property.Name: "Total" } total when IsLossTerms(total.Instance?.Type) => HoldsTerms(total.Instance!),
        IPropertyReferenceOperation property when !CarriesAGraph(property.Type) => false,
        IConditionalAccessInstanceOperation => Holds(Accessed(value)),
        _ => value.ChildOperations.Any(Holds),
    };

    /// <summary>The variable or field that an expression names, or null.</summary>
    public static ISymbol? Named(IOperation? value) => value switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field => field.Field,
        IPropertyReferenceOperation { Instance: null or IInstanceReferenceOperation } property => property.Property,
        IConversionOperation conversion => Named(conversion.Operand),
        _ => null,
    };

    private bool HoldsResult(IInvocationOperation call)
    {
        if (IsForward(call) || IsDivergence(call))
            return !GradientScope.IsOff(call);
        // These leave the graph or cannot be differentiated.
        return call.TargetMethod.Name is not ("detach" or "detach_" or "argmax" or "argmin" or "eq" or "ne" or "gt" or "ge" or "lt" or "le")
            && CarriesAGraph(call.Type)
            && call.ChildOperations.Any(Holds);
    }

    /// <summary>
    /// Numbers, shapes and devices of a tensor are no way back to the weights; what a class of the developer's holds is not known.
    /// </summary>
    private bool CarriesAGraph(ITypeSymbol? type) => type switch
    {
        null => false,
        IArrayTypeSymbol array => CarriesAGraph(array.ElementType),
        { SpecialType: not (SpecialType.None or SpecialType.System_Object) } => false,
        { TypeKind: TypeKind.Enum } => false,
        INamedTypeSymbol named when known.IsTorchSharp(named) => named.DerivesFrom(known.Tensor),
        _ => true,
    };

    private bool IsForward(IInvocationOperation call) =>
        call.TargetMethod.Name is "call" or "forward"
        && call.Instance?.Type is { } type && known.IsWrapper(type)
        && (model is null || Named(call.Instance) is not { } called || SymbolEqualityComparer.Default.Equals(called, model));

    private bool IsDivergence(IInvocationOperation call) =>
        call.TargetMethod.Name == "Divergence"
        && call.Instance?.Type?.DerivesFrom(known.Loss) == true
        && call.Arguments.Any(argument => SymbolEqualityComparer.Default.Equals(argument.Value.Type, known.Draw));

    private bool IsLossTerms(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, known.LossTerms);

    /// <summary>The terms of a loss are made for Backward of the draw, unless it is plain to see that they come from elsewhere.</summary>
    private bool HoldsTerms(IOperation terms) => terms switch
    {
        ILocalReferenceOperation local => Writes(local).Select(write => write.Value).FirstOrDefault() is not { } value || HoldsTerms(value),
        IInvocationOperation { TargetMethod.Name: "Aggregate" } made => Holds(made),
        _ => true,
    };

    private bool HoldsLocal(ILocalReferenceOperation local)
    {
        if (_judged.TryGetValue(local, out var judged))
            return judged;
        var holds = false;
        foreach (var (write, value) in Writes(local))
        {
            holds = Holds(value);
            if (holds || AlwaysReplaces(write, local))
                break;
        }

        return _judged[local] = holds;
    }

    /// <summary>What was put into a local before it is read, the latest first.</summary>
    private static IEnumerable<(IOperation Write, IOperation? Value)> Writes(ILocalReferenceOperation read) => Root(read).Descendants()
        .Where(operation => operation.Syntax.Span.End <= read.Syntax.SpanStart
            || operation is IForEachLoopOperation && operation.Syntax.Span.Contains(read.Syntax.Span))
        .Select(operation => (Write: operation, Value: WrittenTo(read.Local, operation)))
        .Where(pair => pair.Value is not null)
        .OrderByDescending(pair => pair.Write.Syntax.SpanStart);

    private static IOperation? WrittenTo(ILocalSymbol local, IOperation operation)
    {
        return operation switch
        {
            IVariableDeclaratorOperation declared when Is(declared.Symbol) => declared.GetVariableInitializer()?.Value,
            IForEachLoopOperation loop when loop.Locals.Any(Is) => loop.Collection,
            ISimpleAssignmentOperation { Target: IArrayElementReferenceOperation element } stored when Is(Named(element.ArrayReference)) =>
                stored.Value,
            IAssignmentOperation assignment when assignment.Target.DescendantsAndSelf().Any(target =>
                target is ILocalReferenceOperation reference && Is(reference.Local) && target.Parent is not IPropertyReferenceOperation) =>
                assignment.Value,
            IInvocationOperation { TargetMethod.Name: "Add" or "AddRange" or "Enqueue" or "Push" or "add_" or "sub_" } added
                when Is(Named(added.Instance)) => added.Arguments.FirstOrDefault()?.Value,
            _ => null,
        };

        bool Is(ISymbol? symbol) => SymbolEqualityComparer.Default.Equals(symbol, local);
    }

    /// <summary>Whether a write leaves nothing of an older value and certainly runs before the read.</summary>
    private static bool AlwaysReplaces(IOperation write, IOperation read) => write is IVariableDeclaratorOperation
        || write is ISimpleAssignmentOperation { Target: ILocalReferenceOperation, Parent: IExpressionStatementOperation statement }
            && statement.Parent is IBlockOperation block && block.Syntax.Span.Contains(read.Syntax.Span);

    private static IOperation? Accessed(IOperation instance)
    {
        for (var parent = instance.Parent; parent is not null; parent = parent.Parent)
            if (parent is IConditionalAccessOperation access)
                return access.Operation;
        return null;
    }

    private static IOperation Root(IOperation operation) => operation.Parent is { } parent ? Root(parent) : operation;
}
