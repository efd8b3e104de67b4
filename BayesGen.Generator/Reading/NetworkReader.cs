using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Model;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>What the reader made of a class.</summary>
/// <param name="Model">The file to write; null where nothing can be written.</param>
/// <param name="Findings">What is wrong with the class.</param>
internal sealed record NetworkReading(NetworkModel? Model, IReadOnlyList<Finding> Findings);

/// <summary>Reads a network class. The generator takes the model, the analyzer the findings, so there is one judgement.</summary>
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
        var (members, scored) = new MemberReader(network, known, findings, visited, cancellation).Read();
        var loss = LossReader.Read(network, scored, known, findings, cancellation);
        if (host is null)
            return new NetworkReading(null, findings);

        var families = scored.Select(field => field.Family).Distinct().ToEquatableArray();
        return new NetworkReading(
            new NetworkModel(
                host,
                ForwardReader.Read(network, module, known),
                members.ToEquatableArray(),
                FormerNameReader.Read(network, known),
                families,
                loss,
                !IvonReader.Mismatches(scored, known).Any(),
                findings.FirstOrDefault()?.Message),
            findings);
    }
}
