using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds uses of a plain network that would break the memory of the wrapper that took it over.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OwnedNetworkAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.OwnedNetwork];

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
        if (made.Type is null || TrainerCall.NetworkOf(made.Type, known) is null
            || DrawnValue.Named(made.Arguments.FirstOrDefault()?.Value) is not { Kind: SymbolKind.Local or SymbolKind.Parameter } network)
            return;
        foreach (var use in UsesAfter(made, network))
            if (Advice(use, known) is { } advice)
                context.ReportDiagnostic(Diagnostic.Create(
                    Descriptors.OwnedNetwork, use.Syntax.GetLocation(), network.Name, made.Type.ShortName(), advice));
    }

    /// <summary>The calls on the network behind the wrapper's construction, up to where the variable gets another network.</summary>
    private static IEnumerable<IInvocationOperation> UsesAfter(IObjectCreationOperation made, ISymbol network)
    {
        var room = Room(made);
        var later = room.Descendants()
            .Where(operation => operation.Syntax.SpanStart >= made.Syntax.Span.End && Room(operation) == room)
            .ToList();
        var end = later.OfType<IAssignmentOperation>()
            .Where(assignment => SymbolEqualityComparer.Default.Equals(DrawnValue.Named(assignment.Target), network))
            .Select(assignment => assignment.Syntax.SpanStart)
            .DefaultIfEmpty(int.MaxValue)
            .Min();
        return later.OfType<IInvocationOperation>().Where(call => call.Syntax.SpanStart < end
            && SymbolEqualityComparer.Default.Equals(DrawnValue.Named(ReceiverOf(call)), network)
            && !AreAlternatives(made, call));
    }

    /// <summary>What to do instead of a call that cuts the network off, or null where the call does no harm.</summary>
    private static string? Advice(IInvocationOperation call, KnownTypes known)
    {
        if (!known.IsTorchSharp(call.TargetMethod.ContainingType))
            return null;
        switch (call.TargetMethod.Name)
        {
            // Filled with zeros, the gradients stay where they are.
            case "zero_grad" when !call.Arguments.Any(argument =>
                argument.Parameter?.Name == "set_to_none" && Equals(argument.Value.ConstantValue.Value, false)):
                return "zero_grad() takes the gradients away; call it on the wrapper";
            case "to" or "cuda" or "cpu" or "half" or "bfloat16" or "double" or "float":
                return $"{call.TargetMethod.Name}() puts other parameters in their place; call it on the wrapper";
            case "parameters" or "named_parameters" when IsForAnOptimizer(call):
                return "an optimizer would move weights that the next draw overwrites; give it the parameters() of the wrapper";
            default:
                return null;
        }
    }

    private static bool IsForAnOptimizer(IOperation parameters)
    {
        for (var parent = parameters.Parent; parent is not null and not IBlockOperation; parent = parent.Parent)
            if (parent is IInvocationOperation { TargetMethod.ContainingType: { Name: "optim", ContainingType.Name: "torch" } })
                return true;
        return false;
    }

    private static IOperation? ReceiverOf(IInvocationOperation call) =>
        call.Instance ?? (call.TargetMethod.IsExtensionMethod ? call.Arguments.FirstOrDefault()?.Value : null);

    /// <summary>Whether two operations stand in different branches, so that only one of them runs.</summary>
    private static bool AreAlternatives(IOperation first, IOperation second)
    {
        for (var (branch, parent) = (first, first.Parent); parent is not null; (branch, parent) = (parent, parent.Parent))
            if (parent is IConditionalOperation or ISwitchOperation or ISwitchExpressionOperation or ITryOperation
                && parent.Syntax.Span.Contains(second.Syntax.Span) && !branch.Syntax.Span.Contains(second.Syntax.Span))
                return true;
        return false;
    }

    /// <summary>The body of the lambda, local function or method around an operation: only there does text say what runs later.</summary>
    private static IOperation Room(IOperation operation)
    {
        var room = operation;
        while (room.Parent is { } parent && room is not (IAnonymousFunctionOperation or ILocalFunctionOperation))
            room = parent;
        return room;
    }
}
