using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Bodies;

/// <summary>What a loss on the data does with the examples of a batch.</summary>
/// <param name="Reduction">Mean, Sum or None, as TorchSharp has it.</param>
/// <param name="Loss">The name of the loss or, where tensors are added up by hand, of that operation.</param>
/// <param name="Operation">The expression that computes it.</param>
/// <param name="Setting">The argument that chooses the reduction, where there is one.</param>
internal sealed record LossReduction(string Reduction, string Loss, IOperation Operation, IOperation? Setting);

/// <summary>Reads how a loss on the data is reduced over the batch. What it cannot read it says nothing about.</summary>
internal static class ReductionReader
{
    /// <summary>Reads an expression that computes a loss.</summary>
    public static LossReduction? Of(IOperation? value, KnownTypes known, CancellationToken cancellation)
    {
        if (DeclaredValue.Of(value, known, cancellation) is not IInvocationOperation call
            || !known.IsTorchSharp(call.TargetMethod.ContainingType))
            return null;
        switch (call.TargetMethod.Name)
        {
            // These hand on the same number.
            case "MoveToOuterDisposeScope" or "DetachFromDisposeScope":
                return Of(call.Instance ?? call.Arguments[0].Value, known, cancellation);
            case "call" or "forward":
                return OfLossModule(call.Instance, call, known, cancellation);
            case "sum" or "mean" when call.Instance is { } summed && call.Arguments.All(argument => argument.IsImplicit):
                var inner = Of(summed, known, cancellation);
                if (inner is { Reduction: not "None" })
                    return inner; // One number already.
                return MayWeigh(summed, known, cancellation)
                    ? null
                    : new LossReduction(
                        call.TargetMethod.Name == "sum" ? "Sum" : "Mean", inner?.Loss ?? call.TargetMethod.Name, call, null);
            default:
                return Chosen(call, call.TargetMethod.Name, call);
        }
    }

    /// <summary>Reads what a FitLoss computes: one reading for each way out of the function.</summary>
    public static IEnumerable<LossReduction?> OfFunction(IOperation? function, KnownTypes known, CancellationToken cancellation)
    {
        switch (DeclaredValue.Of(function, known, cancellation))
        {
            case IDelegateCreationOperation { Target: IAnonymousFunctionOperation lambda }:
                return lambda.Body.Descendants().OfType<IReturnOperation>()
                    .Where(way => FunctionAround(way) == lambda)
                    .Select(way => Of(way.ReturnedValue, known, cancellation));
            case IDelegateCreationOperation { Target: IMethodReferenceOperation { Method.Name: "call" or "forward" } method }:
                return [OfLossModule(method.Instance, method, known, cancellation)];
            default:
                return [];
        }
    }

    /// <summary>
    /// Whether examples may be weighed against each other, or reduced over some dimensions, before they are added up:
    /// <c>error.mean(0).sum()</c> is a mean over the batch.
    /// </summary>
    private static bool MayWeigh(IOperation value, KnownTypes known, CancellationToken cancellation) =>
        DeclaredValue.Of(value, known, cancellation) is not { } computed || computed.DescendantsAndSelf().Any(operation => operation switch
        {
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Divide or BinaryOperatorKind.Multiply } => true,
            IInvocationOperation { TargetMethod.Name: "div" or "mul" or "mean" or "sum" } => true,
            ILocalReferenceOperation local when operation != computed =>
                DeclaredValue.OfLocal(local) is not { } made || MayWeigh(made, known, cancellation),
            _ => false,
        });

    private static IOperation? FunctionAround(IOperation? operation)
    {
        while (operation is not (null or IAnonymousFunctionOperation or ILocalFunctionOperation))
            operation = operation.Parent;
        return operation;
    }

    /// <summary><c>CrossEntropyLoss(reduction: Reduction.Sum)</c>, behind a name or not.</summary>
    private static LossReduction? OfLossModule(IOperation? module, IOperation used, KnownTypes known, CancellationToken cancellation) =>
        DeclaredValue.Of(module, known, cancellation) is IInvocationOperation { TargetMethod.IsStatic: true } made
            && known.IsTorchSharp(made.TargetMethod.ContainingType)
            ? Chosen(made, made.TargetMethod.Name, used)
            : null;

    private static LossReduction? Chosen(IInvocationOperation call, string loss, IOperation operation)
    {
        if (call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "reduction") is not { } argument
            || argument.Parameter!.Type is not INamedTypeSymbol { TypeKind: TypeKind.Enum } choice
            || argument.Value.ConstantValue is not { HasValue: true, Value: { } number })
            return null;
        var chosen = choice.GetMembers().OfType<IFieldSymbol>()
            .FirstOrDefault(member => member.HasConstantValue && Equals(member.ConstantValue, number));
        return chosen is null ? null : new LossReduction(chosen.Name, loss, operation, argument.IsImplicit ? null : argument.Value);
    }
}
