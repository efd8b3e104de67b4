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
    /// <summary>The property of the diagnostic that holds the wrapper as the source can write it in the network's place.</summary>
    internal const string WrapperProperty = "Wrapper";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.OwnedNetwork];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is not { Wrapper: not null } known)
                return;
            start.RegisterOperationAction(operation => AnalyzeWrapping(operation, known), OperationKind.ObjectCreation);
            start.RegisterOperationAction(operation => AnalyzeInside(operation, known), OperationKind.Invocation);
        });
    }

    /// <summary>What is done with a network after <c>new BayesianNet(network)</c>.</summary>
    private static void AnalyzeWrapping(OperationAnalysisContext context, KnownTypes known)
    {
        var made = (IObjectCreationOperation)context.Operation;
        if (made.Type is null || TrainerCall.NetworkOf(made.Type, known) is null
            || DrawnValue.Named(made.Arguments.FirstOrDefault()?.Value) is not { } network)
            return;
        var wrapper = made.Parent switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declared } => declared.Symbol.Name,
            ISimpleAssignmentOperation assignment when DrawnValue.Named(assignment.Target) is not null =>
                assignment.Target.Syntax.ToString(),
            _ => null,
        };
        var life = new VariableLife(known, context.CancellationToken);
        foreach (var use in UsesAfter(made, network, life))
        {
            if (Advice(use, known) is { } advice)
                Report(context, use, network.Name, made.Type, advice, wrapper);
        }

        foreach (var (use, optimizer) in OptimizersMadeBefore(made, network, life))
            Report(
                context, use, network.Name, made.Type,
                $"'{optimizer.Name}' was made of its parameters, which the next draw overwrites; make one of the parameters() of the wrapper",
                null);
    }

    /// <summary><c>model.Network.to(CUDA)</c>: what a wrapper shows as its network it owns, wherever the code stands.</summary>
    private static void AnalyzeInside(OperationAnalysisContext context, KnownTypes known)
    {
        var call = (IInvocationOperation)context.Operation;
        if (DeclaredValue.Unconverted(ReceiverOf(call))
                is IPropertyReferenceOperation { Property.Name: "Network", Instance: { Type: { } type } wrapper }
            && TrainerCall.NetworkOf(type, known) is not null && Advice(call, known) is { } advice)
            Report(context, call, $"{wrapper.Syntax}.Network", type, advice, wrapper.Syntax.ToString());
    }

    private static void Report(
        OperationAnalysisContext context, IOperation use, string network, ITypeSymbol type, string advice, string? wrapper)
    {
        // What to() and its like return has the class of what they are called on.
        var isReplaceable = wrapper is not null && use is IInvocationOperation call
            && (call.Parent is IExpressionStatementOperation || !SymbolEqualityComparer.Default.Equals(call.Type, ReceiverOf(call)?.Type));
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.OwnedNetwork,
            use.Syntax.GetLocation(),
            DiagnosticProperty.Of(WrapperProperty, isReplaceable ? wrapper : null),
            network,
            type.ShortName(),
            advice));
    }

    /// <summary>The calls on the network behind the wrapper's construction, up to where the variable may get another network.</summary>
    private static IEnumerable<IInvocationOperation> UsesAfter(IObjectCreationOperation made, ISymbol network, VariableLife life)
    {
        var end = life.EndAfter(made.Syntax.Span.End, network, OptimizerStep.RoomOf(made));
        return After(made).OfType<IInvocationOperation>().Where(call => call.Syntax.SpanStart < end
            && SymbolEqualityComparer.Default.Equals(DrawnValue.Named(ReceiverOf(call)), network)
            && !AreAlternatives(made, call));
    }

    /// <summary>
    /// Steps of optimizers over the plain network that continue after it was wrapped. To train first and wrap then is fine.
    /// </summary>
    private static IEnumerable<(IInvocationOperation Use, ISymbol Optimizer)> OptimizersMadeBefore(
        IObjectCreationOperation made, ISymbol network, VariableLife life)
    {
        var room = OptimizerStep.RoomOf(made);
        var optimizers = new Dictionary<ISymbol, int>(SymbolEqualityComparer.Default);
        foreach (var call in room.Descendants().OfType<IInvocationOperation>())
            if (call.Syntax.SpanStart < made.Syntax.SpanStart
                && call.TargetMethod.Name is "parameters" or "named_parameters"
                && SymbolEqualityComparer.Default.Equals(DrawnValue.Named(ReceiverOf(call)), network) && IsForAnOptimizer(call)
                && HolderOf(call) is { } holder && life.EndAfter(call.Syntax.Span.End, network, room) > made.Syntax.SpanStart)
                optimizers[holder] = life.EndAfter(call.Syntax.Span.End, holder, room);
        return After(made).OfType<IInvocationOperation>()
            .Where(call => call.TargetMethod.Name is "step" or "zero_grad" && !AreAlternatives(made, call)
                && DrawnValue.Named(ReceiverOf(call)) is { } optimizer && optimizers.TryGetValue(optimizer, out var end)
                && call.Syntax.SpanStart < end)
            .Select(call => (call, DrawnValue.Named(ReceiverOf(call))!));
    }

    /// <summary>The variable that the statement around an operation writes.</summary>
    internal static ISymbol? HolderOf(IOperation value)
    {
        for (var parent = value.Parent; parent is not null and not IBlockOperation; parent = parent.Parent)
            if (parent is IVariableDeclaratorOperation declared)
                return declared.Symbol;
            else if (parent is ISimpleAssignmentOperation assignment)
                return DrawnValue.Named(assignment.Target);
        return null;
    }

    private static IEnumerable<IOperation> After(IObjectCreationOperation made)
    {
        var room = OptimizerStep.RoomOf(made);
        return room.Descendants()
            .Where(operation => operation.Syntax.SpanStart >= made.Syntax.Span.End && OptimizerStep.RoomOf(operation) == room);
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
    internal static bool AreAlternatives(IOperation first, IOperation second)
    {
        for (var (branch, parent) = (first, first.Parent); parent is not null; (branch, parent) = (parent, parent.Parent))
            if (parent is IConditionalOperation or ISwitchOperation or ISwitchExpressionOperation or ITryOperation
                && parent.Syntax.Span.Contains(second.Syntax.Span) && !branch.Syntax.Span.Contains(second.Syntax.Span))
                return true;
            else if (parent is IBlockOperation block && block.Operations.LastOrDefault() is IReturnOperation or IThrowOperation
                && !parent.Syntax.Span.Contains(second.Syntax.Span))
                return true; // The block leaves before the other is reached.
        return false;
    }
}
