using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds steps of an optimizer that was made before its wrapper was moved.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OlderOptimizerAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.OlderOptimizer];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { Wrapper: not null } known)
                start.RegisterOperationAction(operation => Analyze(operation, known), OperationKind.Invocation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        var move = (IInvocationOperation)context.Operation;
        if (!Moves(move, known) || ReceiverOf(move) is not { Type: { } type } moved || !known.IsWrapper(type)
            || DrawnValue.Named(moved) is not { } model)
            return;
        var room = OptimizerStep.RoomOf(move);
        var life = new VariableLife(known, context.CancellationToken);
        foreach (var step in room.Descendants().Where(step => step.Syntax.SpanStart > move.Syntax.SpanStart && OptimizerStep.Is(step, known)
            && OptimizerStep.RoomOf(step) == room && !OwnedNetworkAnalyzer.AreAlternatives(move, step)))
        {
            if (DrawnValue.Named(((IInvocationOperation)step).Instance) is not ILocalSymbol optimizer
                || MadeOf(optimizer, model, room) is not { } made || made.Syntax.SpanStart > move.Syntax.SpanStart
                || OptimizerStep.RoomOf(made) != room || OwnedNetworkAnalyzer.AreAlternatives(made, move)
                || life.EndAfter(made.Syntax.Span.End, optimizer, room) <= step.Syntax.SpanStart
                || life.EndAfter(made.Syntax.Span.End, model, room) <= step.Syntax.SpanStart)
                continue;
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.OlderOptimizer, move.Syntax.GetLocation(), [made.Syntax.GetLocation()],
                optimizer.Name, model.Name, move.TargetMethod.Name));
            return;
        }
    }

    /// <summary>Whether a call gives a wrapper other parameters, as each of these does, even where the device stays the same.</summary>
    private static bool Moves(IInvocationOperation call, KnownTypes known) =>
        call.TargetMethod.Name is "to" or "cuda" or "cpu" or "half" or "bfloat16" or "double" or "float"
        && known.IsTorchSharp(call.TargetMethod.ContainingType);

    /// <summary>The latest call of the wrapper's parameters() whose optimizer a variable holds.</summary>
    private static IInvocationOperation? MadeOf(ILocalSymbol optimizer, ISymbol model, IOperation room) => room.Descendants()
        .OfType<IInvocationOperation>()
        .LastOrDefault(call => call.TargetMethod.Name is "parameters" or "named_parameters"
            && SymbolEqualityComparer.Default.Equals(DrawnValue.Named(ReceiverOf(call)), model)
            && SymbolEqualityComparer.Default.Equals(OwnedNetworkAnalyzer.HolderOf(call), optimizer));

    private static IOperation? ReceiverOf(IInvocationOperation call) =>
        call.Instance ?? (call.TargetMethod.IsExtensionMethod ? call.Arguments.FirstOrDefault()?.Value : null);
}
