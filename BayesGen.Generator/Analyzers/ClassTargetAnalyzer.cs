using System.Collections.Immutable;
using BayesGen.SourceGeneration.Bodies;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds cross entropy, which is the default, where the network or the targets are those of a regression.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ClassTargetAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.NoClasses];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is not { Options: not null } known)
                return;
            start.RegisterOperationAction(
                operation => AnalyzeTrainer(operation, known), OperationKind.Invocation, OperationKind.ObjectCreation);
            start.RegisterOperationAction(operation => AnalyzeTraining(operation, known), OperationKind.Invocation);
        });
    }

    private static void AnalyzeTrainer(OperationAnalysisContext context, KnownTypes known)
    {
        if (TrainerCall.Read(context.Operation, known, context.CancellationToken) is { } trainer
            && TargetLoss.OfClasses(trainer, known, context.CancellationToken) is { } loss
            && OutputWidth.SingleOutputOf(trainer.Network, known, context.CancellationToken) is { } layer)
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.NoClasses, TargetLoss.LocationOf(trainer),
                $"'{trainer.Network.ShortName()}.forward' returns the one output of '{layer.Name}'", loss));
    }

    /// <summary><c>trainer.Train(new TensorDataSet(x, x.sin()))</c>.</summary>
    private static void AnalyzeTraining(OperationAnalysisContext context, KnownTypes known)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name != "Train" || !SymbolEqualityComparer.Default.Equals(call.Instance?.Type, known.Trainer)
            || call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value is not { } data
            || DeclaredValue.Of(Unwrapped(data), known, context.CancellationToken) is not IObjectCreationOperation
            { Type.Name: "TensorDataSet" } set
            || !known.IsShipped(set.Type!)
            || TrainerCall.ArgumentOf(set.Arguments, "targets") is not { } targets || !AreReal(targets, known, context.CancellationToken)
            || DeclaredValue.Of(call.Instance, known, context.CancellationToken) is not { } made
            || TrainerCall.Read(made, known, context.CancellationToken) is not { } trainer
            || TargetLoss.OfClasses(trainer, known, context.CancellationToken) is not { } loss
            || OutputWidth.SingleOutputOf(trainer.Network, known, context.CancellationToken) is not null) // Said where the trainer is made.
            return;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.NoClasses, context.PlaceOf(targets, data), "these targets are real numbers", loss));
    }

    /// <summary>What is converted to a source of batches.</summary>
    private static IOperation? Unwrapped(IOperation? data) =>
        data is IConversionOperation conversion ? Unwrapped(conversion.Operand) : data;

    /// <summary>Whether a tensor surely holds real numbers that are not probabilities.</summary>
    private static bool AreReal(IOperation? value, KnownTypes known, CancellationToken cancellation) =>
        DeclaredValue.Of(value, known, cancellation) switch
        {
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.Multiply } both =>
                AreReal(both.LeftOperand, known, cancellation) || AreReal(both.RightOperand, known, cancellation),
            IUnaryOperation { OperatorKind: UnaryOperatorKind.Minus } negated => AreReal(negated.Operand, known, cancellation),
            IInvocationOperation call when known.IsTorchSharp(call.TargetMethod.ContainingType) => call.TargetMethod.Name switch
            {
                "randn" or "randn_like" or "linspace" or "sin" or "cos" or "tanh" => true,
                "squeeze" or "unsqueeze" or "reshape" or "view" or "flatten" or "contiguous" or "MoveToOuterDisposeScope" =>
                    AreReal(call.Instance ?? call.Arguments.FirstOrDefault()?.Value, known, cancellation),
                _ => false,
            },
            _ => false,
        };
}
