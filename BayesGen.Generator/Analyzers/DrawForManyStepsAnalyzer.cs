using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds a draw that is made before the loop whose steps all use it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DrawForManyStepsAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.DrawForManySteps];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { Draw: not null } known)
                start.RegisterOperationAction(operation => Analyze(operation, known), OperationKind.Invocation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name != "Backward"
            || !SymbolEqualityComparer.Default.Equals(call.Instance?.Type, known.Draw)
            || call.Instance is not ILocalReferenceOperation { Local: var draw } used
            || DeclaredValue.OfLocal(used) is not IInvocationOperation made
            || DrawnValue.Named(made.Instance ?? made.Arguments.FirstOrDefault()?.Value) is not { } model)
            return;
        var loop = LoopsAround(call).FirstOrDefault(candidate => !candidate.Syntax.Span.Contains(made.Syntax.Span)
            && !Leaves(candidate.Body)
            && candidate.Body.Descendants().Any(step => OptimizerStep.Is(step, known) && RunsEachTime(step, candidate)
                && OptimizerStep.MayMove(step, model, known, context.CancellationToken)));
        if (loop is not null)
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.DrawForManySteps, call.Syntax.GetLocation(), [loop.Syntax.GetLocation()], draw.Name));
    }

    private static IEnumerable<ILoopOperation> LoopsAround(IOperation operation)
    {
        for (var parent = operation.Parent;
            parent is not (null or IAnonymousFunctionOperation or ILocalFunctionOperation);
            parent = parent.Parent)
            if (parent is ILoopOperation loop)
                yield return loop;
    }

    /// <summary>Whether a step runs in every turn of a loop: one for the last turn alone is right.</summary>
    private static bool RunsEachTime(IOperation step, ILoopOperation loop)
    {
        for (var parent = step.Parent; parent != loop; parent = parent.Parent)
            if (parent is null or IConditionalOperation or ISwitchOperation or ISwitchExpressionOperation or ICatchClauseOperation
                or IAnonymousFunctionOperation or ILocalFunctionOperation)
                return false;
        return true;
    }

    /// <summary>Whether there is one turn at the most.</summary>
    private static bool Leaves(IOperation body) => body is IBlockOperation block
        && block.Operations.LastOrDefault() is IReturnOperation or IThrowOperation or IBranchOperation;
}
