using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds a softmax in front of a cross entropy that has one of its own.</summary>
/// <remarks>Only a trainer says which loss the output meets, so that is where it is reported.</remarks>
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
        if (TrainerCall.Read(context.Operation, known) is not { } trainer || !IsCrossEntropy(trainer.Setting("FitLoss"))
            || SoftmaxReader.Find(trainer.Network, known, context.CancellationToken) is not { } softmax)
            return;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.SoftmaxTwice, trainer.LocationOf("FitLoss"), [softmax.Location], trainer.Network.ShortName(), softmax.Name));
    }

    /// <summary>Cross entropy is what a trainer takes unless told otherwise.</summary>
    private static bool IsCrossEntropy(IOperation? fitLoss) => fitLoss is null
        || TrainerCall.Unconverted(fitLoss)
            is IPropertyReferenceOperation { Property: { Name: "CrossEntropy", ContainingType.Name: "FitLoss" } };
}
