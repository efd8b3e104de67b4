using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds the ordinary training loop around a wrapper: forward, <c>backward()</c> and <c>step()</c> without a draw.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DrawlessStepAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.StepWithoutDraw];

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
        if (BareBackwardAnalyzer.ValueOf(call, known) is not { } value)
            return;
        var root = OptimizerStep.RootOf(call);
        var all = root.Descendants().ToList();
        // Under a draw it is the matter of BG0200, and who asks for gradients of something else may want nothing of the weights.
        if (all.Any(operation => IsDraw(operation, known) || AsksForOtherGradients(operation)))
            return;
        var room = OptimizerStep.RoomOf(call);
        var steps = all.Where(operation => operation.Syntax.SpanStart >= call.Syntax.Span.End
            && OptimizerStep.Is(operation, known) && OptimizerStep.RoomOf(operation) == room).ToList();
        if (steps.Count == 0)
            return;
        var model = all.OfType<IInvocationOperation>()
            .Where(forward => forward.TargetMethod.Name is "call" or "forward"
                && forward.Instance?.Type is { } type && known.IsWrapper(type))
            .Select(forward => DrawnValue.Named(forward.Instance))
            .OfType<ISymbol>()
            .Distinct<ISymbol>(SymbolEqualityComparer.Default)
            .FirstOrDefault(candidate => new DrawnValue(candidate, known).Holds(value)
                && steps.Any(step => OptimizerStep.MayMove(step, candidate, known, context.CancellationToken)));
        if (model is not null)
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.StepWithoutDraw, call.Syntax.GetLocation(), model.Name));
    }

    private static bool IsDraw(IOperation operation, KnownTypes known) =>
        SymbolEqualityComparer.Default.Equals(operation.Type, known.Draw)
        || operation is IVariableDeclaratorOperation declared && SymbolEqualityComparer.Default.Equals(declared.Symbol.Type, known.Draw);

    private static bool AsksForOtherGradients(IOperation operation) => operation switch
    {
        IInvocationOperation { TargetMethod.Name: "requires_grad_" or "retain_grad" } => true,
        IPropertyReferenceOperation { Property.Name: "requires_grad" or "grad" } => true,
        IArgumentOperation { Parameter.Name: "requires_grad" or "requiresGrad", IsImplicit: false } => true,
        _ => false,
    };
}
