using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Reads the default loss of a network and holds losses against the posteriors they have to score.</summary>
internal static class LossReader
{
    /// <summary>The loss of [BayesianNetwork], or ElboLoss.</summary>
    public static ITypeSymbol Read(
        INamedTypeSymbol network, IReadOnlyList<ScoredField> scored, KnownTypes known, List<Finding> findings,
        CancellationToken cancellation)
    {
        var (attribute, owner, named) = Annotations.LossOf(network, known) ?? (network.Find(known.NetworkAttribute), network, default);
        var where = attribute.LocationOr(network, cancellation);
        ITypeSymbol? loss = known.DefaultLoss;
        if (named.Kind == TypedConstantKind.Type && named.Value is ITypeSymbol chosen)
        {
            if (ReasonAgainst(chosen, known) is { } why)
            {
                findings.Add(new Finding(Descriptors.NotADefaultLoss, where, owner, chosen.ShortName(), why));
                return known.DefaultLoss!;
            }

            loss = chosen;
        }

        findings.AddRange(Mismatches(loss!, scored, known, cancellation).Select(arguments =>
            new Finding(Descriptors.LossCannotScore, where, network, arguments)
            {
                Properties = LossCatalog.Replacements(scored, known, cancellation),
            }));
        return loss!;
    }

    /// <summary>The arguments of <see cref="Descriptors.LossCannotScore"/>, once for each posterior that a loss cannot score.</summary>
    public static IEnumerable<string[]> Mismatches(
        ITypeSymbol loss, IReadOnlyList<ScoredField> scored, KnownTypes known, CancellationToken cancellation)
    {
        foreach (var fields in scored.GroupBy<ScoredField, INamedTypeSymbol>(field => field.Posterior, SymbolEqualityComparer.Default))
        {
            if (LossCatalog.Scores(loss, fields.Key, known))
                continue;
            var keys = fields.Select(field => $"'{field.Key}'").ToList();
            yield return
            [
                keys.Count == 1 ? $"Field {keys[0]} has" : $"Fields {string.Join(", ", keys)} have",
                fields.First().Family.Name,
                loss.ShortName(),
                LossCatalog.Fitting(fields.Key, known, cancellation),
            ];
        }
    }

    private static string? ReasonAgainst(ITypeSymbol loss, KnownTypes known)
    {
        if (!loss.DerivesFrom(known.Loss))
            return "it does not derive from VariationalLoss";
        if (loss.IsAbstract)
            return "it is abstract; name a loss that can be created";
        if (!known.CanName(loss) || loss is not INamedTypeSymbol named || named.IsUnboundGenericType)
            return "generated code cannot name it; make it internal or public, and give it its type arguments";
        return named.InstanceConstructors.Any(constructor => constructor.Parameters.All(parameter => parameter.IsOptional)
            && known.Compilation.IsSymbolAccessibleWithin(constructor, known.Compilation.Assembly))
                ? null
                : "it has no constructor without arguments that generated code can call; add one, or pass the loss to CreateTrainer";
    }
}
