using System.Collections.Immutable;
using System.Globalization;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds a mean fit loss beside the divergence of the whole network, at a beta that does not make up for it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DivergenceScaleAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.DivergenceOutweighs];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { Options: not null } known)
                start.RegisterOperationAction(
                    operation => Analyze(operation, known), OperationKind.Invocation, OperationKind.ObjectCreation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        if (TrainerCall.Read(context.Operation, known, context.CancellationToken) is { } trainer)
            AnalyzeTrainer(trainer.Options, context, known);
        else if (context.Operation is IInvocationOperation call)
            AnalyzeStep(call, context, known);
    }

    private static void AnalyzeTrainer(TrainerSettings options, OperationAnalysisContext context, KnownTypes known)
    {
        if (DeclaredValue.Of(options.Setting("DivergenceScale"), known, context.CancellationToken)
                is not IFieldReferenceOperation { Field: { Name: "None", ContainingType.Name: "DivergenceScale" } }
            || !options.Knows("Beta", out var beta))
            return;
        if ((beta is null ? 1 : Highest(beta, known, context.CancellationToken)) is { } highest && highest >= 1)
            Report(
                context, options.LocationOf("DivergenceScale"),
                beta is null ? "Beta is not set, and its default rises to 1" : $"Beta is {Number(highest)}",
                "use DivergenceScale.PerExample, or a beta of about 1 / N");
    }

    private static void AnalyzeStep(IInvocationOperation call, OperationAnalysisContext context, KnownTypes known)
    {
        if (AggregateCall.Read(call, known, context.CancellationToken) is { Examples: null, Beta: { } beta } step
            && step.Fits.Any(fit => fit is { Reduction: "Mean" })
            && beta.ConstantValue.Value is double highest && highest >= 1)
            Report(
                context, beta.Syntax.GetLocation(), $"Beta is {Number(highest)}",
                "give Aggregate the number of training examples, or a beta of about 1 / N");
    }

    private static void Report(OperationAnalysisContext context, Location where, string beta, string advice) =>
        context.ReportDiagnostic(Diagnostic.Create(Descriptors.DivergenceOutweighs, where, beta, advice));

    /// <summary>The number that a schedule stays at or ends at, or null where it may go anywhere.</summary>
    private static double? Highest(IOperation beta, KnownTypes known, CancellationToken cancellation)
    {
        var value = DeclaredValue.Of(beta, known, cancellation) switch
        {
            IConversionOperation { OperatorMethod: not null } bare => bare.Operand,
            IObjectCreationOperation { Type: { Name: "ConstantBeta" } type } made when known.IsShipped(type) =>
                TrainerCall.ArgumentOf(made.Arguments, "beta"),
            IObjectCreationOperation { Type: { Name: "LinearWarmup" } type } made when known.IsShipped(type) =>
                TrainerCall.ArgumentOf(made.Arguments, "to"),
            _ => null,
        };
        return value?.ConstantValue.Value as double?;
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
