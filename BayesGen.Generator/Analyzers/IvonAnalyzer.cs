using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>
/// Says why a wrapper has no CreateIvonTrainer, where it is asked for. The compiler says that there is no such method and no more.
/// </summary>
/// <remarks>It looks at syntax: a call of a method that is not there has no operation that names it.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class IvonAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.NoIvon];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is not { } known)
                return;
            start.RegisterSyntaxNodeAction(node => AnalyzeMissing(node, known), SyntaxKind.IdentifierName);
            start.RegisterSyntaxNodeAction(node => AnalyzeCall(node, known), SyntaxKind.InvocationExpression);
        });
    }

    /// <summary><c>model.CreateIvonTrainer(options)</c>, of a method that is not there.</summary>
    private static void AnalyzeMissing(SyntaxNodeAnalysisContext context, KnownTypes known)
    {
        var name = (IdentifierNameSyntax)context.Node;
        if (name.Identifier.ValueText != "CreateIvonTrainer")
            return;
        var model = name.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Name == name => access.Expression,
            MemberBindingExpressionSyntax binding =>
                binding.FirstAncestorOrSelf<ConditionalAccessExpressionSyntax>(access => access.WhenNotNull.Contains(binding))?.Expression,
            _ => null,
        };
        if (model is not null && context.SemanticModel.GetTypeInfo(model, context.CancellationToken).Type is { } wrapper
            && wrapper.GetMembers(name.Identifier.ValueText).IsEmpty)
            Report(context, name.GetLocation(), TrainerCall.NetworkOf(wrapper, known), known);
    }

    /// <summary><c>VariationalTrainer.WithIvon(model, forward, options)</c>, which the runtime would refuse.</summary>
    private static void AnalyzeCall(SyntaxNodeAnalysisContext context, KnownTypes known)
    {
        var call = (InvocationExpressionSyntax)context.Node;
        if (context.SemanticModel.GetSymbolInfo(call, context.CancellationToken).Symbol is not IMethodSymbol { Name: "WithIvon" } method
            || !SymbolEqualityComparer.Default.Equals(method.ContainingType, known.Trainer)
            || context.SemanticModel.GetOperation(call, context.CancellationToken)
                is not IInvocationOperation operation
            || TrainerCall.ArgumentOf(operation.Arguments, "model") is not { } model)
            return;
        Report(context, model.Syntax.GetLocation(), TrainerCall.NetworkOf(model, known, context.CancellationToken), known);
    }

    private static void Report(SyntaxNodeAnalysisContext context, Location where, INamedTypeSymbol? network, KnownTypes known)
    {
        if (network is null)
            return;
        var scored = ScoredFields.In(network, known, new HashSet<ISymbol>(SymbolEqualityComparer.Default), context.CancellationToken);
        foreach (var arguments in IvonReader.Mismatches(scored, ScoredFields.MayBeMore(network, known), known))
            context.ReportDiagnostic(new Finding(Descriptors.NoIvon, where, network, arguments).ToDiagnostic());
    }
}
