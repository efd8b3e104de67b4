using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>
/// Finds posterior classes whose attributes do not say what a family has to say, before the runtime refuses to wrap with them.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FamilyAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.UndescribedFamily];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { FamilyAttribute: not null } known)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        var fault = FamilyCheck.IsFamily(type, known) ? FamilyFacts.Of(type, known).Fault
            : type.Find(known.FamilyAttribute) is not null
                ? $"[PosteriorFamily] is for a class that can be made, derives from Posterior and implements IPosterior<{type.ShortName()}>"
            : null;
        if (fault is not null)
            context.ReportDiagnostic(
                Diagnostic.Create(Descriptors.UndescribedFamily, type.Locations.FirstOrDefault(), type.ShortName(), fault));
    }
}
