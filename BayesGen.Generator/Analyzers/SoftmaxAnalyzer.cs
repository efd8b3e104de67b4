using System.Collections.Immutable;
using BayesGen.SourceGeneration.Bodies;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds a softmax in front of a cross entropy that has one of its own, and a sigmoid in front of one with logits.</summary>
/// <remarks>
/// Only where the output meets the loss is there a mistake, so that is where it is reported: at a trainer, or at the call.
/// </remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SoftmaxAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.SoftmaxTwice,
        Descriptors.SigmoidTwice];

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
        {
            var where = TargetLoss.LocationOf(trainer);
            if (TargetLoss.OfClasses(trainer, known, context.CancellationToken) is { } loss)
                Report(context, trainer.Network, where, Squash.Softmax, loss, known);
            else if (TargetLoss.OfYesAndNo(trainer, known, context.CancellationToken) is { } binary)
                Report(context, trainer.Network, where, Squash.Sigmoid, binary, known);
        }
        else if (context.Operation is IInvocationOperation call && known.IsTorchSharp(call.TargetMethod.ContainingType)
            && (call.TargetMethod.Name is "call" or "forward" ? call.Instance?.Type?.Name : call.TargetMethod.Name) is { } name
            && (IsCrossEntropy(name) || IsOfLogits(name))
            && call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value is { } output
            && NetworkBehind(output, known, context.CancellationToken) is { } network)
        {
            Report(
                context, network, output.Syntax.GetLocation(), IsCrossEntropy(name) ? Squash.Softmax : Squash.Sigmoid,
                call.TargetMethod.Name, known);
        }
    }

    private static void Report(
        OperationAnalysisContext context, INamedTypeSymbol network, Location where, Squash squash, string loss, KnownTypes known)
    {
        if (new SoftmaxReader(squash, known, context.CancellationToken).Find(network) is { Count: > 0 } found)
            context.ReportDiagnostic(Diagnostic.Create(
                squash == Squash.Softmax ? Descriptors.SoftmaxTwice : Descriptors.SigmoidTwice,
                where,
                found.Select(way => way.Node.GetLocation()),
                network.ShortName(),
                found[0].Name,
                loss));
    }

    /// <summary>The cross entropy that a fit loss is, or null. It is what a trainer takes unless told otherwise.</summary>
    internal static string? CrossEntropyIn(IOperation? fitLoss, KnownTypes known, CancellationToken cancellation)
    {
        const string shipped = "FitLoss.CrossEntropy";
        return fitLoss is null || DeclaredValue.Of(fitLoss, known, cancellation) is IPropertyReferenceOperation
        {
            Property: { Name: "CrossEntropy", ContainingType: var type },
        } && SymbolEqualityComparer.Default.Equals(type, known.FitLoss)
            ? shipped
            : OwnLossIn(fitLoss, known, cancellation).FirstOrDefault(IsCrossEntropy);
    }

    /// <summary>The loss with logits that a fit loss of the developer's is, or null.</summary>
    internal static string? OwnLogitLossIn(IOperation? fitLoss, KnownTypes known, CancellationToken cancellation) =>
        OwnLossIn(fitLoss, known, cancellation).FirstOrDefault(IsOfLogits);

    /// <summary>The losses of TorchSharp that a FitLoss of the developer's computes.</summary>
    private static IEnumerable<string> OwnLossIn(IOperation? fitLoss, KnownTypes known, CancellationToken cancellation) =>
        DeclaredValue.Of(fitLoss, known, cancellation) is IObjectCreationOperation made
        && SymbolEqualityComparer.Default.Equals(made.Type, known.FitLoss)
            ? ReductionReader.OfFunction(TrainerCall.ArgumentOf(made.Arguments, "Compute"), known, cancellation)
                .OfType<LossReduction>()
                .Select(way => way.Loss)
            : [];

    private static bool IsCrossEntropy(string loss) => loss is "cross_entropy" or "CrossEntropyLoss";

    private static bool IsOfLogits(string loss) => loss is "binary_cross_entropy_with_logits" or "BCEWithLogitsLoss";

    /// <summary>The annotated network whose output a value is, called directly or through its wrapper.</summary>
    private static INamedTypeSymbol? NetworkBehind(IOperation output, KnownTypes known, CancellationToken cancellation) =>
        DeclaredValue.Of(
            output, known, cancellation) is not IInvocationOperation { TargetMethod.Name: "call" or "forward", Instance: { } run }
            ? null
            : TrainerCall.NetworkOf(run, known, cancellation)
                ?? (run.Type is INamedTypeSymbol type && Annotations.IsNetwork(type, known) ? type : null);
}
