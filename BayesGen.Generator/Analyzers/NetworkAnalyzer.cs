using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Says what is wrong with a network class, by the reader that the generator uses.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NetworkAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        Descriptors.CannotWrap,
        Descriptors.NoWeights,
        Descriptors.NotAFamily,
        Descriptors.NoLocalEstimator,
        Descriptors.NoUnits,
        Descriptors.NoSuchAxis,
        Descriptors.LossCannotScore,
        Descriptors.NotADefaultLoss,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { } known)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!Annotations.IsNetwork(type, known))
            return;
        foreach (var finding in NetworkReader.Read(type, known, context.CancellationToken).Findings)
            if (SymbolEqualityComparer.Default.Equals(finding.Owner.OriginalDefinition, type))
                context.ReportDiagnostic(finding.ToDiagnostic());
    }
}
