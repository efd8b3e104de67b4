using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds a softmax in front of a cross entropy that has one of its own.</summary>
/// <remarks>Only where the output meets the loss is there a mistake, so that is where it is reported: at a trainer, or at the call.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SoftmaxAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.SoftmaxTwice];

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
            if (trainer.Options.Knows("FitLoss", out var fitLoss)
                && CrossEntropyIn(fitLoss, known, context.CancellationToken) is { } loss)
                Report(context, trainer.Network, trainer.Options.LocationOf("FitLoss"), loss, known);
        }
        else if (context.Operation is IInvocationOperation call && IsCrossEntropy(call, known)
            && call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value is { } output
            && NetworkBehind(output, known, context.CancellationToken) is { } network)
        {
            Report(context, network, output.Syntax.GetLocation(), call.TargetMethod.Name, known);
        }
    }

    private static void Report(
        OperationAnalysisContext context, INamedTypeSymbol network, Location where, string loss, KnownTypes known)
    {
        if (SoftmaxReader.Find(network, known, context.CancellationToken) is { } softmax)
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.SoftmaxTwice, where, [softmax.Node.GetLocation()], network.ShortName(), softmax.Name, loss));
    }

    /// <summary>The cross entropy that a fit loss is, or null. It is what a trainer takes unless told otherwise.</summary>
    private static string? CrossEntropyIn(IOperation? fitLoss, KnownTypes known, CancellationToken cancellation)
    {
        const string shipped = "FitLoss.CrossEntropy";
        return fitLoss is null ? shipped : DeclaredValue.Of(fitLoss, known, cancellation) switch
        {
            IPropertyReferenceOperation { Property.Name: "CrossEntropy" } property
                when SymbolEqualityComparer.Default.Equals(property.Property.ContainingType, known.FitLoss) => shipped,
            IObjectCreationOperation made when SymbolEqualityComparer.Default.Equals(made.Type, known.FitLoss) =>
                ReductionReader.OfFunction(TrainerCall.ArgumentOf(made.Arguments, "Compute"), known, cancellation)
                    .FirstOrDefault(way => way?.Loss is "cross_entropy" or "CrossEntropyLoss")?.Loss,
            _ => null,
        };
    }

    private static bool IsCrossEntropy(IInvocationOperation call, KnownTypes known) => known.IsTorchSharp(call.TargetMethod.ContainingType)
        && (call.TargetMethod.Name == "cross_entropy"
            || call.TargetMethod.Name is "call" or "forward" && call.Instance?.Type?.Name == "CrossEntropyLoss");

    /// <summary>The annotated network whose output a value is, called directly or through its wrapper.</summary>
    private static INamedTypeSymbol? NetworkBehind(IOperation output, KnownTypes known, CancellationToken cancellation) =>
        DeclaredValue.Of(output, known, cancellation) is not IInvocationOperation { TargetMethod.Name: "call" or "forward", Instance: { } run }
            ? null
            : TrainerCall.NetworkOf(run, known, cancellation)
                ?? (run.Type is INamedTypeSymbol type && Annotations.IsNetwork(type, known) ? type : null);
}
