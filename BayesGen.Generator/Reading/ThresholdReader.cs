using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>A family that weights of a network have.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Posterior">The posterior class.</param>
/// <param name="Key">What thresholds name it by: a member of Family in full, or typeof(...).</param>
internal sealed record FamilyOfNetwork(string Name, INamedTypeSymbol Posterior, string Key);

/// <summary>Reads what thresholds for a network may name.</summary>
internal static class ThresholdReader
{
    /// <summary>The families of a network.</summary>
    public static IReadOnlyList<FamilyOfNetwork> Families(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation) =>
    [
        .. Scored(network, known, cancellation)
            .GroupBy<ScoredField, INamedTypeSymbol>(field => field.Posterior, SymbolEqualityComparer.Default)
            .Select(group => new FamilyOfNetwork(group.First().Family.Name, group.Key, KeyOf(group.Key, known))),
    ];

    /// <summary>The keys of every Bayesian weight, or null where the source does not prove all of them.</summary>
    public static IReadOnlyList<string>? Keys(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
    {
        if (!SymbolEqualityComparer.Default.Equals(network.ContainingAssembly, known.Compilation.Assembly)
            || NetworkReader.Read(network, known, cancellation).Model is not { Refusal: null } model)
            return null;
        var keys = new List<string>();
        foreach (var member in model.Members)
        {
            if (!member.HoldsWeights || member.Role == MemberRole.Deterministic)
                continue;
            if (member.Role != MemberRole.Bayesian || member.Weights.Count == 0)
                return null;
            keys.AddRange(member.Weights.Where(weight => weight.IsBayesian).Select(weight =>
                weight.Name.Length == 0 ? member.Key : $"{member.Key}.{weight.Name}"));
        }

        return keys;
    }

    /// <summary>The posterior of the field that a weight belongs to, or null where no field has its name.</summary>
    public static INamedTypeSymbol? PosteriorOf(
        INamedTypeSymbol network, string weight, KnownTypes known, CancellationToken cancellation) =>
        Scored(network, known, cancellation)
            .Where(field => weight == field.Key || weight.StartsWith(field.Key + ".", StringComparison.Ordinal))
            .OrderByDescending(field => field.Key.Length)
            .FirstOrDefault()?.Posterior;

    private static IReadOnlyList<ScoredField> Scored(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation) =>
        ScoredFields.In(network, known, new HashSet<ISymbol>(SymbolEqualityComparer.Default), cancellation);

    private static string KeyOf(INamedTypeSymbol posterior, KnownTypes known) => FamilyCatalog.MemberOf(posterior, known) is { } member
        ? $"{member.ContainingType.FullName()}.{member.Name}"
        : $"typeof({posterior.FullName()})";
}
