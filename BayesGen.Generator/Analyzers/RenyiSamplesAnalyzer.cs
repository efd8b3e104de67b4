using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds a Renyi loss that is given one draw per step, and so has nothing to weigh.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RenyiSamplesAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.RenyiOfOneDraw];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { RenyiLoss: not null } known)
                start.RegisterOperationAction(
                    operation => Analyze(operation, known), OperationKind.Invocation, OperationKind.ObjectCreation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        if (TrainerCall.Read(context.Operation, known, context.CancellationToken) is not { } trainer
            || !SymbolEqualityComparer.Default.Equals(trainer.Loss, known.RenyiLoss)
            || !trainer.Options.Knows("Samples", out var samples))
            return;
        if (samples is null || Equals(samples.ConstantValue.Value, 1))
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.RenyiOfOneDraw,
                trainer.Options.LocationOf("Samples"),
                samples is null ? "Samples is not set, and its default is 1" : "Samples is 1"));
    }
}
