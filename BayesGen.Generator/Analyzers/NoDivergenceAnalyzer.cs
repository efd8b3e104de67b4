using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds <c>draw.Backward(fit)</c> of a fit alone. It speaks only where all that the total is made of is in sight.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NoDivergenceAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.NoDivergence];

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
        if (call.TargetMethod.Name != "Backward" || !SymbolEqualityComparer.Default.Equals(call.Instance?.Type, known.Draw)
            || call.Arguments.FirstOrDefault()?.Value is not { } total)
            return;
        var all = OptimizerStep.RootOf(call).Descendants().ToList();
        // Only where the weights are moved by it: a look at gradients is not a training. The divergence may have a Backward of its own.
        if (all.Any(operation => OptimizerStep.Is(operation, known)) && !all.Any(operation => MayBeADivergence(operation, call, known))
            && IsFit(total, known))
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.NoDivergence, total.Syntax.GetLocation(), call.Instance!.Syntax.ToString()));
    }

    /// <summary>A divergence, or a call of the developer's own that gets the draw or the wrapper and may do anything with it.</summary>
    private static bool MayBeADivergence(IOperation operation, IOperation backward, KnownTypes known) => operation switch
    {
        IInvocationOperation call when call == backward => false,
        IInvocationOperation { TargetMethod.Name: "Divergence" or "Aggregate" } => true,
        IInvocationOperation { TargetMethod: { Name: "Backward", ContainingType: { } type } } =>
            SymbolEqualityComparer.Default.Equals(type, known.Draw), // It may be that of the divergence.
        IPropertyReferenceOperation { Property.Name: "Posterior" or "Prior" or "Arena" } => true,
        IArgumentOperation { Parent: IInvocationOperation called } argument => !IsOurs(called.TargetMethod.ContainingType, known)
            && DeclaredValue.Unconverted(argument.Value)?.Type is { } type
            && (SymbolEqualityComparer.Default.Equals(type, known.Draw) || known.IsWrapper(type)),
        _ => false,
    };

    /// <summary>Whether a value is a loss over the output of a wrapper and nothing else.</summary>
    private static bool IsFit(IOperation? value, KnownTypes known) => DeclaredValue.Unconverted(value) switch
    {
        ILocalReferenceOperation local => DeclaredValue.OfLocal(local) is { } made && IsFit(made, known),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide } scaled =>
            IsFit(scaled.LeftOperand, known) || IsFit(scaled.RightOperand, known),
        IUnaryOperation negated => IsFit(negated.Operand, known),
        IInvocationOperation call => IsFitCall(call, known),
        _ => false,
    };

    private static bool IsFitCall(IInvocationOperation call, KnownTypes known)
    {
        if (SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, known.FitLoss))
            return call.TargetMethod.Name == "Mean" && IsOutput(call.Arguments.FirstOrDefault()?.Value, known);
        if (!known.IsTorchSharp(call.TargetMethod.ContainingType))
            return false;
        return call.TargetMethod.Name switch
        {
            "mean" or "sum" or "neg" or "MoveToOuterDisposeScope" or "alias" =>
                IsFit(call.Instance ?? call.Arguments.FirstOrDefault()?.Value, known),
            "cross_entropy" or "nll_loss" or "mse_loss" or "l1_loss" or "smooth_l1_loss" or "huber_loss" or "binary_cross_entropy"
                or "binary_cross_entropy_with_logits" or "poisson_nll_loss" =>
                IsOutput(call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value, known),
            "call" or "forward" when call.Instance?.Type?.Name.EndsWith("Loss", StringComparison.Ordinal) == true =>
                IsOutput(call.Arguments.FirstOrDefault()?.Value, known),
            _ => false,
        };
    }

    /// <summary>Whether a value is the output of a wrapper, perhaps in another shape.</summary>
    private static bool IsOutput(IOperation? value, KnownTypes known) => DeclaredValue.Unconverted(value) switch
    {
        ILocalReferenceOperation local => DeclaredValue.OfLocal(local) is { } made && IsOutput(made, known),
        IInvocationOperation { TargetMethod.Name: "call" or "forward", Instance.Type: { } type } when known.IsWrapper(type) => true,
        IInvocationOperation { TargetMethod: { ContainingType: { } type } method, Instance: { } of } when known.IsTorchSharp(type) =>
            method.Name is "squeeze" or "flatten" or "view" or "reshape" or "log" or "log_softmax" or "sigmoid" && IsOutput(of, known),
        _ => false,
    };

    private static bool IsOurs(INamedTypeSymbol type, KnownTypes known) =>
        known.IsTorchSharp(type) || known.IsShipped(type) || known.IsWrapper(type)
        || type.ContainingAssembly?.Name.StartsWith("System", StringComparison.Ordinal) == true;
}
