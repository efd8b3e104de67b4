using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Graphs;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Says where the forward of an annotated network cannot be followed.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class GraphAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.CannotFollow];

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
        if (context.Symbol is not INamedTypeSymbol { IsAbstract: false } network || !Annotations.IsNetwork(network, known))
            return;
        var reader = new GraphReader(network, known, context.CancellationToken);
        reader.Read();
        if (reader.Refusal is not { Node: { } node } refusal || !context.Compilation.ContainsSyntaxTree(node.SyntaxTree))
            return;
        context.ReportDiagnostic(
            Diagnostic.Create(Descriptors.CannotFollow, node.GetLocation(), network.Name, refusal.Text, refusal.Reason));
    }
}
