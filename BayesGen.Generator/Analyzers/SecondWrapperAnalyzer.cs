using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds a second wrapper over a network that a wrapper has taken over already.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SecondWrapperAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.SecondWrapper];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { Wrapper: not null } known)
                start.RegisterOperationAction(operation => Analyze(operation, known), OperationKind.ObjectCreation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        var made = (IObjectCreationOperation)context.Operation;
        if (TrainerCall.NetworkOf(made.Type, known) is null || made.Arguments.FirstOrDefault()?.Value is not { } argument)
            return;
        if (DeclaredValue.Unconverted(argument)
                is IPropertyReferenceOperation { Property.Name: "Network", Instance: { Type: { } type } owner }
            && TrainerCall.NetworkOf(type, known) is not null)
        {
            Report(context, argument, argument.Syntax.ToString(), owner.Syntax.ToString());
            return;
        }

        if (DrawnValue.Named(argument) is not { } network)
            return;
        var room = OptimizerStep.RoomOf(made);
        var life = new VariableLife(known, context.CancellationToken);
        var earlier = room.Descendants().OfType<IObjectCreationOperation>().FirstOrDefault(other =>
            other.Syntax.SpanStart < made.Syntax.SpanStart && OptimizerStep.RoomOf(other) == room
            && TrainerCall.NetworkOf(other.Type, known) is not null
            && SymbolEqualityComparer.Default.Equals(DrawnValue.Named(other.Arguments.FirstOrDefault()?.Value), network)
            && !OwnedNetworkAnalyzer.AreAlternatives(other, made)
            && life.EndAfter(other.Syntax.Span.End, network, room) > made.Syntax.SpanStart);
        if (earlier is not null)
            Report(context, argument, network.Name, "an earlier wrapper");
        else if (network is ILocalSymbol && LoopOf(made) is { } loop && IsMadeBefore(network, loop)
            && life.EndAfter(loop.Syntax.SpanStart, network, room) > loop.Syntax.Span.End)
            Report(context, argument, network.Name, "the wrapper of the turn before");
    }

    private static void Report(OperationAnalysisContext context, IOperation argument, string network, string owner) =>
        context.ReportDiagnostic(Diagnostic.Create(Descriptors.SecondWrapper, argument.Syntax.GetLocation(), network, owner));

    /// <summary>The loop in whose every turn something runs, or null; one with a way out may have a single turn.</summary>
    private static ILoopOperation? LoopOf(IOperation made)
    {
        for (var parent = made.Parent;
            parent is not (null or IAnonymousFunctionOperation or ILocalFunctionOperation);
            parent = parent.Parent)
            if (parent is IConditionalOperation or ISwitchOperation or ISwitchExpressionOperation or ICoalesceOperation
                or ICoalesceAssignmentOperation)
                return null;
            else if (parent is ILoopOperation loop)
                return loop.Body.DescendantsAndSelf().Any(operation => operation is IReturnOperation or IThrowOperation
                    or IBranchOperation { BranchKind: not BranchKind.Continue }) ? null : loop;
        return null;
    }

    private static bool IsMadeBefore(ISymbol network, ILoopOperation loop) =>
        network.Locations[0].SourceSpan.End <= loop.Syntax.SpanStart;
}
