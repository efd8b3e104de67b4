using BayesGen.SourceGeneration.Bodies;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>The call of a step by hand that puts fit losses and divergences together.</summary>
/// <param name="Fits">How each fit loss is reduced; null for one that cannot be read.</param>
/// <param name="Beta">The weight of the divergence.</param>
/// <param name="Examples">The number of examples, or null where it is left at 1.</param>
internal sealed record AggregateCall(IReadOnlyList<LossReduction?> Fits, IOperation? Beta, IOperation? Examples)
{
    /// <summary>Reads a call, or gives null where it is none of <c>VariationalLoss.Aggregate</c>.</summary>
    public static AggregateCall? Read(IInvocationOperation call, KnownTypes known, CancellationToken cancellation)
    {
        if (call.TargetMethod.Name != "Aggregate" || !SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, known.Loss))
            return null;
        var fits = DeclaredValue.Of(TrainerCall.ArgumentOf(call.Arguments, "fits"), known, cancellation) switch
        {
            ICollectionExpressionOperation list => list.Elements,
            IArrayCreationOperation { Initializer: { } list } => list.ElementValues,
            _ => [],
        };
        var examples = TrainerCall.ArgumentOf(call.Arguments, "examples");
        return new AggregateCall(
            [.. fits.Select(fit => ReductionReader.Of(fit, known, cancellation))],
            TrainerCall.ArgumentOf(call.Arguments, "beta"),
            examples?.ConstantValue.Value is 1L ? null : examples);
    }
}
