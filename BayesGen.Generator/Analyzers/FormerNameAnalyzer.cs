using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds [FormerlyKnownAs] that no file could be loaded by, or that could mean two things.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FormerNameAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.FormerNameUnusable];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { FormerNameAttribute: not null } known)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        foreach (var symbol in type.GetMembers())
            foreach (var attribute in FormerNameReader.AttributesOf(symbol, known))
            {
                if (FormerNameReader.NameIn(attribute) is not { } name)
                    continue;
                var field = NetworkField.Of(type, known).FirstOrDefault(field => Is(field.Member) || Is(field.Field));
                var why = field is null
                    ? "it holds nothing itself; put it on the field that does"
                    : ReasonAgainst(new FormerName(field, attribute, name), type, known, context.CancellationToken);
                if (why is not null)
                    context.ReportDiagnostic(Diagnostic.Create(
                        Descriptors.FormerNameUnusable,
                        attribute.LocationOr(symbol, context.CancellationToken),
                        name,
                        field?.Member.Name ?? symbol.Name,
                        why));

                bool Is(ISymbol candidate) => SymbolEqualityComparer.Default.Equals(candidate, symbol);
            }
    }

    private static string? ReasonAgainst(FormerName former, INamedTypeSymbol type, KnownTypes known, CancellationToken cancellation)
    {
        var networks = HostReader.TypesIn(known.Compilation.Assembly.GlobalNamespace, cancellation)
            .Where(network => network.SelfAndBases()
                .Any(ancestor => SymbolEqualityComparer.Default.Equals(ancestor.OriginalDefinition, type))
                && Annotations.IsNetwork(network, known))
            .ToList();
        // An abstract class may wait for its derived classes.
        if (networks.Count == 0 && !type.IsAbstract)
            return $"no Bayesian neural network has this member, so nobody would read it; put [BayesianNetwork] on {type.ShortName()}";
        return networks.Append(type).Select(network => FormerNameReader.ReasonAgainst(former, network, known))
            .FirstOrDefault(why => why is not null);
    }
}
