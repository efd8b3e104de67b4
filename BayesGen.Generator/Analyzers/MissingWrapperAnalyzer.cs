using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>
/// Says why there is no <c>BayesianWhole</c>, where the source names one: the class has no annotation of its own. The compiler says only
/// that there is no such type.
/// </summary>
/// <remarks>It looks at syntax: a name that means nothing has no operation.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MissingWrapperAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The property of the diagnostic that names the member with an annotated network, where there is one.</summary>
    internal const string ComposesProperty = "Composes";

    private const string Prefix = "Bayesian";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.MissingWrapper];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { } known)
                start.RegisterSyntaxNodeAction(
                    node => Analyze(node, known), SyntaxKind.ObjectCreationExpression, SyntaxKind.VariableDeclaration);
        });
    }

    private static void Analyze(SyntaxNodeAnalysisContext context, KnownTypes known)
    {
        var written = context.Node is ObjectCreationExpressionSyntax made ? made.Type : ((VariableDeclarationSyntax)context.Node).Type;
        var name = written is QualifiedNameSyntax qualified ? qualified.Right as IdentifierNameSyntax : written as IdentifierNameSyntax;
        if (name?.Identifier.ValueText is not { } text
            || text.Length <= Prefix.Length || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || context.SemanticModel.GetSymbolInfo(name, context.CancellationToken) is not { Symbol: null, CandidateSymbols.IsEmpty: true })
            return;
        var networks = context.Compilation.GetSymbolsWithName(text.Substring(Prefix.Length), SymbolFilter.Type, context.CancellationToken)
            .OfType<INamedTypeSymbol>()
            .Where(type => type.Arity == 0 && known.ModuleBaseOf(type) is not null)
            .ToList();
        // Of several one may be meant whose wrapper is there, only not in sight.
        if (networks.Count != 1 || Annotations.IsNetwork(networks[0], known))
            return;
        var network = networks[0];
        var inner = NetworkField.Of(network, known)
            .FirstOrDefault(field => Annotations.InnerNetworkOf(field.Field.Type, known, context.CancellationToken) is not null);
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.MissingWrapper,
            name.GetLocation(),
            network.Locations,
            DiagnosticProperty.Of(ComposesProperty, inner?.Key),
            text,
            network.ShortName(),
            inner is null
                ? "put [Bayesian(...)] on its layers, or on the class, or [BayesianNetwork] if it holds networks with annotations"
                : $"'{inner.Member.Name}' holds an annotated network; put [BayesianNetwork] on the class to compose it"));
    }
}
