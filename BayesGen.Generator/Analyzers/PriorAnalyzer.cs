using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds priors that the loss of a network has no divergence to.</summary>
/// <remarks>
/// It stands apart from <see cref="NetworkAnalyzer"/>, whose findings keep the wrapper from working: a prior can be replaced when the
/// model runs, and the runtime refuses one that cannot be scored by itself.
/// </remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class PriorAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.PriorCannotBeScored];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is not { ProperPrior: not null } known)
                return;
            start.RegisterSymbolAction(symbol => AnalyzeNetwork(symbol, known), SymbolKind.NamedType);
            start.RegisterOperationAction(
                operation => AnalyzeTrainer(operation, known), OperationKind.Invocation, OperationKind.ObjectCreation);
        });
    }

    /// <summary>Holds the priors of a network against the loss that its trainer takes by itself.</summary>
    private static void AnalyzeNetwork(SymbolAnalysisContext context, KnownTypes known)
    {
        var network = (INamedTypeSymbol)context.Symbol;
        if (!Annotations.IsNetwork(network, known) || TrainerCall.DefaultLossOf(network, known) is not { } loss)
            return;
        var ofTheNetwork = network.Find(known.NetworkAttribute).LocationOr(network, context.CancellationToken);
        foreach (var fields in Mismatches(network, loss, known, context.CancellationToken))
        {
            var owner = fields[0].Source!.Owner;
            var isOwn = SymbolEqualityComparer.Default.Equals(owner, network);
            // A base class, or a network inside, is told by itself what its own loss cannot score.
            if (!isOwn && TrainerCall.DefaultLossOf(owner, known) is { } ofTheOwner && Reason(ofTheOwner, fields[0], known) is not null)
                continue;
            Report(
                context.ReportDiagnostic, isOwn ? fields[0].Source!.Attribute.LocationOr(network, context.CancellationToken) : ofTheNetwork,
                fields, loss, isOwn, known, context.CancellationToken);
        }
    }

    /// <summary>Holds them against a loss that is given to a trainer.</summary>
    private static void AnalyzeTrainer(OperationAnalysisContext context, KnownTypes known)
    {
        if (TrainerCall.Read(context.Operation, known, context.CancellationToken)
            is not { GivenLoss: { } given, Loss: { } loss } trainer)
            return;
        var usual = TrainerCall.DefaultLossOf(trainer.Network, known);
        foreach (var fields in Mismatches(trainer.Network, loss, known, context.CancellationToken))
            if (usual is null || Reason(usual, fields[0], known) is null)
                Report(
                    context.ReportDiagnostic, given.Syntax.GetLocation(), fields, loss, isAtAnnotation: false, known,
                    context.CancellationToken);
    }

    /// <summary>The fields that a loss cannot score against their prior, together where one annotation gives it to them.</summary>
    private static IEnumerable<List<ScoredField>> Mismatches(
        INamedTypeSymbol network, ITypeSymbol loss, KnownTypes known, CancellationToken cancellation) =>
        ScoredFields.In(network, known, new HashSet<ISymbol>(SymbolEqualityComparer.Default), cancellation)
            .Where(field => Reason(loss, field, known) is not null)
            .GroupBy(field => field.Source!.Attribute)
            .Select(group => group.ToList());

    private static string? Reason(ITypeSymbol loss, ScoredField field, KnownTypes known) =>
        field is { Prior: { } prior, Source: not null } ? PriorCatalog.ReasonAgainst(loss, field.Posterior, prior, known) : null;

    private static void Report(
        Action<Diagnostic> report, Location where, List<ScoredField> fields, ITypeSymbol loss, bool isAtAnnotation, KnownTypes known,
        CancellationToken cancellation)
    {
        var keys = string.Join(", ", fields.Select(field => $"'{field.Key}'"));
        report(Diagnostic.Create(
            Descriptors.PriorCannotBeScored,
            where,
            AnnotationOption.Remove(isAtAnnotation ? "Prior" : null),
            fields.Count == 1 ? $"Field {keys} has" : $"Fields {keys} have",
            fields[0].Prior!.ShortName(),
            Reason(loss, fields[0], known),
            $"priors that fit {loss.ShortName()}: {PriorCatalog.Fitting(loss, fields[0].Posterior, known, cancellation)}"));
    }
}
