using System.Collections.Immutable;
using System.Globalization;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds thresholds that every weight of a family reaches, or none.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ThresholdRangeAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.ThresholdOutOfReach];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { Thresholds: not null } known)
                start.RegisterOperationAction(
                    operation => Analyze(operation, known), OperationKind.Invocation, OperationKind.ObjectCreation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        foreach (var use in ThresholdUse.In(context.Operation, known, context.CancellationToken))
        {
            if (use.IsTotalNoise is not { } isTotalNoise)
                continue;
            if (use.Bare is { } bare && ThresholdReader.Families(use.Network, known, context.CancellationToken) is { Count: 1 } families)
                Check(bare, families[0].Posterior, isTotalNoise);
            foreach (var entry in use.Entries)
                if ((entry.PosteriorIn(known) ?? PosteriorOf(use.Network, entry.Weight)) is { } posterior)
                    Check(entry.Value, posterior, isTotalNoise);
        }

        INamedTypeSymbol? PosteriorOf(INamedTypeSymbol network, string? weight) => weight is null
            ? null
            : ThresholdReader.PosteriorOf(network, weight, known, context.CancellationToken);

        void Check(IOperation value, INamedTypeSymbol posterior, bool isTotalNoise)
        {
            if (value.ConstantValue.Value is not { } constant)
                return;
            var facts = FamilyFacts.Of(posterior, known);
            var (lowest, highest) = isTotalNoise
                ? (double.NegativeInfinity, double.PositiveInfinity)
                : (facts.LowestScore, facts.HighestScore);
            var threshold = Convert.ToDouble(constant, CultureInfo.InvariantCulture);
            var prunesAll = threshold > highest || double.IsPositiveInfinity(threshold);
            if (!prunesAll && !(threshold <= lowest))
                return;
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.ThresholdOutOfReach,
                context.PlaceOf(value),
                threshold.ToString(CultureInfo.InvariantCulture),
                FamilyCatalog.NameOf(posterior, known),
                double.IsInfinity(lowest) && double.IsInfinity(highest)
                    ? "between -Infinity and Infinity"
                    : $"between {lowest.ToString(CultureInfo.InvariantCulture)} and {highest.ToString(CultureInfo.InvariantCulture)}",
                prunesAll ? "prunes every one of them" : "prunes none"));
        }
    }
}
