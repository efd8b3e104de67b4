using System.Collections.Immutable;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Thresholds that are given for a network.</summary>
/// <param name="Network">The network class.</param>
/// <param name="Bare">The one number that they are, or null.</param>
/// <param name="Entries">What <c>new() { [Gaussian] = 1.0, ["conv1.weight"] = 2.0 }</c> says, else empty.</param>
/// <param name="IsTotalNoise">Whether they are compared with the total noise; null where the source does not say.</param>
internal sealed record ThresholdUse(
    INamedTypeSymbol Network, IOperation? Bare, IReadOnlyList<ThresholdEntry> Entries, bool? IsTotalNoise)
{
    /// <summary>The thresholds in a call that prunes or evaluates, or in the options of a trainer.</summary>
    public static IEnumerable<ThresholdUse> In(IOperation operation, KnownTypes known, CancellationToken cancellation)
    {
        var given = TrainerCall.Read(operation, known, cancellation) is { } trainer
            ? Made(trainer.Options.Setting("Threshold"), known, cancellation).Select(made => (trainer.Network, Made: made))
            : operation is IInvocationOperation call && NetworkOf(call, known, cancellation) is { } network
                ? call.Arguments.SelectMany(argument => Made(argument.Value, known, cancellation)).Select(made => (network, Made: made))
                : [];
        return given.Select(pair => pair.Made is IObjectCreationOperation creation
            ? new ThresholdUse(pair.Item1, null, [.. EntriesOf(creation)], IsTotalNoiseIn(creation))
            : new ThresholdUse(pair.Item1, ((IConversionOperation)pair.Made).Operand, [], false));
    }

    /// <summary>The network whose weights a call prunes or evaluates.</summary>
    private static INamedTypeSymbol? NetworkOf(IInvocationOperation call, KnownTypes known, CancellationToken cancellation)
    {
        return call.TargetMethod.Name switch
        {
            "Prune" or "PruneStatistics" when call.TargetMethod.IsExtensionMethod => OfTheFirst(call.Arguments),
            "Prune" when DeclaredValue.Of(call.Instance, known, cancellation)
                is IInvocationOperation { TargetMethod.Name: "Distribution" } made => OfTheFirst(made.Arguments),
            "Evaluate" or "EvaluateThresholds" when SymbolEqualityComparer.Default.Equals(call.Instance?.Type, known.Trainer)
                && DeclaredValue.Of(call.Instance, known, cancellation) is { } made => TrainerCall.Read(made, known, cancellation)?.Network,
            _ => null,
        };

        INamedTypeSymbol? OfTheFirst(ImmutableArray<IArgumentOperation> arguments) =>
            TrainerCall.NetworkOf(arguments.FirstOrDefault()?.Value, known, cancellation);
    }

    /// <summary>The numbers that become thresholds and the thresholds that are made in an argument, several in a list included.</summary>
    private static IEnumerable<IOperation> Made(IOperation? value, KnownTypes known, CancellationToken cancellation) =>
        DeclaredValue.Of(value, known, cancellation) switch
        {
            IConversionOperation { OperatorMethod: not null } bare when IsThresholds(bare, known) => [bare],
            IObjectCreationOperation made when IsThresholds(made, known) => [made],
            IArrayCreationOperation { Initializer: { } values } =>
                values.ElementValues.SelectMany(element => Made(element, known, cancellation)),
            ICollectionExpressionOperation values => values.Elements.SelectMany(element => Made(element, known, cancellation)),
            _ => [],
        };

    private static bool IsThresholds(IOperation value, KnownTypes known) =>
        SymbolEqualityComparer.Default.Equals(value.Type, known.Thresholds);

    private static IEnumerable<ThresholdEntry> EntriesOf(IObjectCreationOperation made)
    {
        foreach (var entry in made.Initializer?.Initializers.OfType<ISimpleAssignmentOperation>() ?? [])
            if (entry.Target is IPropertyReferenceOperation { Property.IsIndexer: true } indexer)
                yield return new ThresholdEntry(indexer.Arguments[0].Value, entry.Value);
    }

    private static bool? IsTotalNoiseIn(IObjectCreationOperation made)
    {
        var score = made.Initializer?.Initializers.OfType<ISimpleAssignmentOperation>()
            .FirstOrDefault(entry => entry.Target is IPropertyReferenceOperation { Property.Name: "Score" })?.Value;
        return score is null ? false : (score as IFieldReferenceOperation)?.Field.Name switch
        {
            "Family" => false,
            "TotalNoise" => true,
            _ => null,
        };
    }
}

/// <summary>One threshold of several.</summary>
/// <param name="Key">What it is for.</param>
/// <param name="Value">The number.</param>
internal sealed record ThresholdEntry(IOperation Key, IOperation Value)
{
    /// <summary>The key of the weight that it is for, where that is a constant.</summary>
    public string? Weight => Key.ConstantValue.Value as string;

    /// <summary>The posterior class of the family that it is for, where that is plain.</summary>
    public INamedTypeSymbol? PosteriorIn(KnownTypes known) => DeclaredValue.Unconverted(Key) switch
    {
        ITypeOfOperation { TypeOperand: INamedTypeSymbol posterior } => posterior,
        { Type: INamedTypeSymbol { TypeKind: TypeKind.Enum } family, ConstantValue: { HasValue: true, Value: var number } }
            when SymbolEqualityComparer.Default.Equals(family, known.Family) => FamilyCatalog.PosteriorOf(number, known),
        _ => null,
    };
}
