using System.Collections.Immutable;
using BayesGen.SourceGeneration.Bodies;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds fit losses that are a sum where a mean is expected, or the other way round.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ReductionAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The property of the diagnostic that holds the member of FitReduction that is true of a FitLoss.</summary>
    internal const string DeclareProperty = "Declare";

    /// <summary>The property of the diagnostic that holds the member of Reduction that a step by hand needs.</summary>
    internal const string ReduceProperty = "Reduce";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.WrongReduction];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is not { FitLoss: not null } known)
                return;
            start.RegisterOperationAction(operation => AnalyzeFitLoss(operation, known), OperationKind.ObjectCreation);
            start.RegisterOperationAction(operation => AnalyzeStep(operation, known), OperationKind.Invocation);
        });
    }

    /// <summary><c>new FitLoss("name", (output, target) => ..., FitReduction.Sum)</c>.</summary>
    private static void AnalyzeFitLoss(OperationAnalysisContext context, KnownTypes known)
    {
        var made = (IObjectCreationOperation)context.Operation;
        if (!SymbolEqualityComparer.Default.Equals(made.Type, known.FitLoss)
            || TrainerCall.ArgumentOf(made.Arguments, "Compute") is not { } function
            || TrainerCall.ArgumentOf(made.Arguments, "Reduction") is not { ConstantValue: { HasValue: true, Value: int declared } })
            return;
        foreach (var way in ReductionReader.OfFunction(function, known, context.CancellationToken).OfType<LossReduction>())
        {
            var advice = (way.Reduction, declared) switch
            {
                ("Sum", 0) => "and FitReduction.Mean, the default, has the trainer take it for one example's; declare FitReduction.Sum",
                ("Mean", 1) =>
                    "and FitReduction.Sum has the trainer divide it by the number of examples once more; declare FitReduction.Mean",
                ("None", _) => "and a fit loss is one number; use Reduction.Mean",
                _ => null,
            };
            if (advice is not null)
                Report(
                    context,
                    context.IsHere(way.Operation) && made.Syntax.Span.Contains(way.Operation.Syntax.Span) ? way.Operation : function,
                    way, advice, DeclareProperty, way.Reduction == "None" ? null : way.Reduction);
        }
    }

    /// <summary><c>loss.Aggregate([fit], [divergence], beta, examples)</c>, whose fits are means.</summary>
    private static void AnalyzeStep(OperationAnalysisContext context, KnownTypes known)
    {
        if (AggregateCall.Read(
            (IInvocationOperation)context.Operation, known, context.CancellationToken) is not { Examples: not null } step)
            return;
        foreach (var fit in step.Fits)
            if (fit is { Reduction: "Sum" })
                Report(
                    context, context.IsHere(fit.Operation) ? fit.Operation : context.Operation, fit,
                    "and Aggregate adds beta * divergence / N, which belongs to the mean; use Reduction.Mean",
                    ReduceProperty, fit.Setting is null ? null : "Mean");
    }

    private static void Report(
        OperationAnalysisContext context, IOperation where, LossReduction fit, string advice, string property, string? repair) =>
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.WrongReduction,
            where.Syntax.GetLocation(),
            DiagnosticProperty.Of(property, repair),
            fit.Loss,
            fit.Reduction switch
            {
                "Sum" => "the sum over the batch",
                "Mean" => "the mean over the batch",
                _ => "a number for each example",
            },
            advice));
}
