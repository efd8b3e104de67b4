using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Whether gradients are off where an operation runs, as far as its method shows.</summary>
internal static class GradientScope
{
    public static bool IsOff(IOperation operation)
    {
        for (var current = operation; current.Parent is { } parent; current = parent)
        {
            if (parent is IUsingOperation scope && TurnsOff(scope.Resources))
                return true;
            if (parent is IBlockOperation block && block.Operations
                .TakeWhile(statement => statement.Syntax.SpanStart < current.Syntax.SpanStart)
                .Any(statement => statement is IUsingDeclarationOperation declared && TurnsOff(declared)))
                return true;
        }

        return false;
    }

    private static bool TurnsOff(IOperation resources) => resources.DescendantsAndSelf().Any(operation =>
        operation is IInvocationOperation call && (call.TargetMethod.Name is "no_grad" or "inference_mode"
            || call.TargetMethod.Name == "set_grad_enabled"
                && call.Arguments.Any(argument => Equals(argument.Value.ConstantValue.Value, false))));
}
