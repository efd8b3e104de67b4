using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds thresholds that cannot mean anything in the network they are given for.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ThresholdAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.ThresholdFitsNothing];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { Thresholds: not null } known)
                start.RegisterOperationAction(
                    operation => Analyze(operation, known), OperationKind.Invocation, OperationKind.ObjectCreation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        if (TrainerCall.Read(context.Operation, known) is { } trainer)
            Check(trainer.Network, trainer.Setting("Threshold"), context, known);
        if (context.Operation is IInvocationOperation call && NetworkOf(call, known) is { } network)
            foreach (var argument in call.Arguments)
                Check(network, argument.Value, context, known);
    }

    /// <summary>The network whose weights a call prunes or evaluates.</summary>
    private static INamedTypeSymbol? NetworkOf(IInvocationOperation call, KnownTypes known) => call.TargetMethod.Name switch
    {
        "Prune" or "PruneStatistics" when call.TargetMethod.IsExtensionMethod => OfTheFirst(call.Arguments, known),
        "Prune" when TrainerCall.Declared(call.Instance) is IInvocationOperation { TargetMethod.Name: "Distribution" } made =>
            OfTheFirst(made.Arguments, known),
        "Evaluate" or "EvaluateThresholds" when SymbolEqualityComparer.Default.Equals(call.Instance?.Type, known.Trainer)
            && TrainerCall.Declared(call.Instance) is { } made => MadeFor(made, known),
        _ => null,
    };

    /// <summary>The network of the wrapper that an extension method is called on.</summary>
    private static INamedTypeSymbol? OfTheFirst(ImmutableArray<IArgumentOperation> arguments, KnownTypes known) =>
        TrainerCall.Unconverted(arguments.FirstOrDefault()?.Value)?.Type is { } wrapper ? TrainerCall.NetworkOf(wrapper, known) : null;

    private static INamedTypeSymbol? MadeFor(IOperation trainer, KnownTypes known) =>
        trainer is IInvocationOperation { TargetMethod.Name: "CreateTrainer", Instance.Type: { } wrapper }
            ? TrainerCall.NetworkOf(wrapper, known)
            : null;

    private static void Check(INamedTypeSymbol network, IOperation? value, OperationAnalysisContext context, KnownTypes known)
    {
        foreach (var threshold in Thresholds(value, known))
        {
            if (threshold is IConversionOperation bare)
            {
                var families = ThresholdReader.Families(network, known, context.CancellationToken);
                if (families.Count > 1)
                    Report(
                        bare.Operand,
                        $"one number stands for the families {string.Join(", ", families)} of {network.ShortName()}, whose scores mean "
                        + $"different things; give one for each: new() {{ {string.Join(", ", families.Select(family => $"[{family}] = ..."))} }}");
                continue;
            }

            foreach (var (key, name) in Keys((IObjectCreationOperation)threshold))
                if (ThresholdReader.Keys(network, known, context.CancellationToken) is { } keys && !keys.Contains(name))
                    Report(
                        key,
                        $"{network.ShortName()} has no Bayesian weight '{name}'; it has "
                        + (keys.Count > 0 ? string.Join(", ", keys.Select(own => $"'{own}'")) : "none"));
        }

        void Report(IOperation where, string why) =>
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.ThresholdFitsNothing, where.Syntax.GetLocation(), why));
    }

    /// <summary>The numbers that become thresholds and the thresholds that are made in an argument, several in a list included.</summary>
    private static IEnumerable<IOperation> Thresholds(IOperation? value, KnownTypes known) => TrainerCall.Declared(value) switch
    {
        IConversionOperation { OperatorMethod: not null } bare when IsThresholds(bare, known) => [bare],
        IObjectCreationOperation made when IsThresholds(made, known) => [made],
        IArrayCreationOperation { Initializer: { } values } => values.ElementValues.SelectMany(element => Thresholds(element, known)),
        ICollectionExpressionOperation values => values.Elements.SelectMany(element => Thresholds(element, known)),
        _ => [],
    };

    private static bool IsThresholds(IOperation value, KnownTypes known) =>
        SymbolEqualityComparer.Default.Equals(value.Type, known.Thresholds);

    /// <summary>The constant keys of <c>new() { ["conv1.weight"] = 2.0 }</c>.</summary>
    private static IEnumerable<(IOperation Key, string Name)> Keys(IObjectCreationOperation made)
    {
        foreach (var entry in made.Initializer?.Initializers.OfType<ISimpleAssignmentOperation>() ?? [])
            if (entry.Target is IPropertyReferenceOperation { Property.IsIndexer: true } indexer
                && indexer.Arguments[0].Value is { ConstantValue: { HasValue: true, Value: string name } } key)
                yield return (key, name);
    }
}
