using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Graphs;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Says where the forward of an annotated network cannot be followed, or names a width that then cannot shrink.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class GraphAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.CannotFollow, Descriptors.NamedWidth];

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
        foreach (var view in network.GetMembers().OfType<IMethodSymbol>()
            .SelectMany(method => method.DeclaringSyntaxReferences)
            .SelectMany(reference => reference.GetSyntax(context.CancellationToken).DescendantNodes())
            .OfType<InvocationExpressionSyntax>()
            .Where(NamesWidth))
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.NamedWidth, view.GetLocation(), GraphReader.TextOf(view)));
        var reader = new GraphReader(
            SurfaceReader.Read(network, known), method => method.Source?.GetSyntax(context.CancellationToken));
        reader.Read();
        if (reader.Refusal is not { Node: { } node } refusal || !context.Compilation.ContainsSyntaxTree(node.SyntaxTree))
            return;
        context.ReportDiagnostic(
            Diagnostic.Create(Descriptors.CannotFollow, node.GetLocation(), network.Name, refusal.Text, refusal.Reason));
    }

    /// <summary>
    /// <c>x.view(-1, 64 * 7 * 7)</c>: a product behind the batch is a map laid flat. A single number may as well be the last dimension that
    /// the value has already, which flatten(1) would change.
    /// </summary>
    private static bool NamesWidth(InvocationExpressionSyntax call) =>
        call is
        {
            Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "view" or "reshape", Expression: var target },
            ArgumentList.Arguments: { Count: 2 } arguments,
        }
        && target.ToString() is not ("torch" or "functional")
        && arguments[0].Expression.ToString() is var batch
        && (batch == "-1" || batch == $"{target}.shape[0]" || batch == $"{target}.size(0)")
        && arguments[1].Expression is BinaryExpressionSyntax product && product.IsKind(SyntaxKind.MultiplyExpression)
        && product.DescendantTokens().All(token => token.IsKind(SyntaxKind.NumericLiteralToken) || token.IsKind(SyntaxKind.AsteriskToken));
}
