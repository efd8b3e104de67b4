using BayesGen.SourceGeneration.Model;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Reads what thresholds for a network may name.</summary>
internal static class ThresholdReader
{
    /// <summary>The names of the families of a network.</summary>
    public static IReadOnlyList<string> Families(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation) =>
    [
        .. ScoredFields.In(network, known, new HashSet<ISymbol>(SymbolEqualityComparer.Default), cancellation)
            .Select(field => field.Family.Name)
            .Distinct(),
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
}
