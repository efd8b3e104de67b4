using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>What the source shows of <c>optimizer.step()</c> in a step by hand.</summary>
internal static class OptimizerStep
{
    /// <summary>Whether an operation is the step of an optimizer; that of a schedule of learning rates is none.</summary>
    public static bool Is(IOperation operation, KnownTypes known) =>
        operation is IInvocationOperation { TargetMethod.Name: "step", Instance.Type: { } type }
        && type.SelfAndBases().Any(candidate => candidate.Name == "Optimizer" && known.IsTorchSharp(candidate));

    /// <summary>
    /// Whether a step moves the parameters of a wrapper, as far as one can tell: an optimizer whose making is not in sight may, one that
    /// was made of something else does not.
    /// </summary>
    public static bool MayMove(IOperation step, ISymbol model, KnownTypes known, CancellationToken cancellation)
    {
        var made = DeclaredValue.Of(((IInvocationOperation)step).Instance, known, cancellation);
        if (made is ILocalReferenceOperation or IParameterReferenceOperation or IMemberReferenceOperation)
            return true;
        return made is not null && made.DescendantsAndSelf().OfType<IInvocationOperation>().Any(call =>
            call.TargetMethod.Name is "parameters" or "named_parameters" or "trainable_parameters"
            && SymbolEqualityComparer.Default.Equals(DrawnValue.Named(call.Instance ?? call.Arguments.FirstOrDefault()?.Value), model));
    }

    /// <summary>The body of the lambda, local function or method around an operation.</summary>
    public static IOperation RoomOf(IOperation operation)
    {
        var room = operation;
        while (room.Parent is { } parent && room is not (IAnonymousFunctionOperation or ILocalFunctionOperation))
            room = parent;
        return room;
    }

    /// <summary>The whole method around an operation.</summary>
    public static IOperation RootOf(IOperation operation) => operation.Parent is { } parent ? RootOf(parent) : operation;
}
