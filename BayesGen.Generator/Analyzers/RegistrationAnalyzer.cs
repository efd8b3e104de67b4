using System.Collections.Immutable;
using BayesGen.SourceGeneration.Bodies;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds layers of annotated networks that TorchSharp never learns of.</summary>
/// <remarks>
/// It stands apart from <see cref="NetworkAnalyzer"/>, whose findings keep the wrapper from working: this one is about statements, and the
/// run time names a layer that is missing by itself.
/// </remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RegistrationAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.NotRegistered];

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
        if (!Annotations.IsNetwork(type, known) || known.ModuleBaseOf(type) is null)
            return;
        foreach (var finding in new RegistrationReader(type, known, context.CancellationToken).Read())
            context.ReportDiagnostic(finding.ToDiagnostic());
    }
}
