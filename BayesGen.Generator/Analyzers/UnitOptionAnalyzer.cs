using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds an axis of units that is chosen for a family without numbers for units.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnitOptionAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.GroupsWithoutEffect];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { } known)
                start.RegisterSymbolAction(
                    symbol => Analyze(symbol, known), SymbolKind.NamedType, SymbolKind.Field, SymbolKind.Property);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        if (context.Symbol.Find(known.BayesianAttribute) is not { } attribute
            || !attribute.NamedArguments.Any(option => option is { Key: "Groups", Value: { Kind: TypedConstantKind.Enum, Value: not 0 } })
            || FamilyCatalog.PosteriorOf(attribute, known) is not { } posterior
            || FamilyFacts.Of(posterior, known) is not { Fault: null, HasUnits: false })
            return;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.GroupsWithoutEffect,
            attribute.LocationOr(context.Symbol, context.CancellationToken),
            AnnotationOption.Remove("Groups"),
            context.Symbol.Name,
            FamilyCatalog.NameOf(posterior, known)));
    }
}
