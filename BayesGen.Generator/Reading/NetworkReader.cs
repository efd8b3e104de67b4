using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>What the reader made of a class.</summary>
/// <param name="Model">What is to be written, without the graph; null where nothing can be.</param>
/// <param name="Findings">What is wrong with the class.</param>
internal sealed record NetworkReading(NetworkModel? Model, IReadOnlyList<Finding> Findings);

/// <summary>Reads a network class. The generator takes the model, the analyzer the findings, so the two agree.</summary>
internal static class NetworkReader
{
    public static NetworkReading Read(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        var (host, refusal) = HostReader.Read(network, known, cancellation);
        if (refusal is not null)
            findings.Add(refusal);
        if (known.ModuleBaseOf(network) is not { } module || !module.Exists())
            return new NetworkReading(null, findings);

        var visited = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var (members, scored, ofClass) = new MemberReader(network, known, findings, visited, cancellation).Read();
        var loss = LossReader.Read(network, scored, known, findings, cancellation);
        if (host is null)
            return new NetworkReading(null, findings);

        var families = scored.Select(field => field.Family).Distinct().ToEquatableArray();
        return new NetworkReading(
            new NetworkModel(
                host with { Silenced = WarningReader.IdsOf(NamedBy(network, module, scored, loss, known)) },
                ForwardReader.Read(network, module, known),
                ofClass,
                members.ToEquatableArray(),
                FormerNameReader.Read(network, known),
                families,
                loss.FullName(),
                !IvonReader.Mismatches(scored, ScoredFields.MayBeMore(network, known), known).Any(),
                findings.FirstOrDefault()?.Message),
            findings);
    }

    /// <summary>What the generated file names.</summary>
    private static IEnumerable<ISymbol?> NamedBy(
        INamedTypeSymbol network, INamedTypeSymbol module, IReadOnlyList<ScoredField> scored, ITypeSymbol loss, KnownTypes known) =>
    [
        module,
        loss,
        .. network.SelfAndBases().TakeWhile(type => !known.IsTorchSharp(type)),
        .. NetworkField.Of(network, known).SelectMany(field => (ISymbol[])[field.Member, field.Field.Type]),
        .. scored.SelectMany(field => (ISymbol?[])[field.Posterior, field.Prior]),
    ];
}
