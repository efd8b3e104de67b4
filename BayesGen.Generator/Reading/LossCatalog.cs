using System.Collections.Immutable;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Which loss can score which posterior, as the compiler sees it.</summary>
internal static class LossCatalog
{
    /// <summary>Whether a loss converts to IScores of a posterior, by identity or contravariance.</summary>
    public static bool Scores(ITypeSymbol loss, INamedTypeSymbol posterior, KnownTypes known) =>
        known.Compilation.HasImplicitConversion(loss, known.Scores!.Construct(posterior));

    /// <summary>
    /// The property of a diagnostic that holds, separated by commas, the full names of the losses that can take the place of one that does
    /// not fit: they score every posterior of the network and are made without arguments.
    /// </summary>
    public const string ReplacementsProperty = "Replacements";

    public static ImmutableDictionary<string, string?> Replacements(
        IReadOnlyList<ScoredField> scored, KnownTypes known, CancellationToken cancellation) =>
        ImmutableDictionary<string, string?>.Empty.Add(
            ReplacementsProperty,
            string.Join(",", All(known, cancellation)
                .Where(loss => !loss.IsGenericType && scored.All(field => Scores(loss, field.Posterior, known)))
                .Where(loss => loss.InstanceConstructors.Any(constructor => constructor.Parameters.All(parameter => parameter.IsOptional)
                    && known.Compilation.IsSymbolAccessibleWithin(constructor, known.Compilation.Assembly)))
                .Select(loss => loss.FullName())));

    /// <summary>The losses of BayesGen and then those of this project that can score a posterior.</summary>
    public static string Fitting(INamedTypeSymbol posterior, KnownTypes known, CancellationToken cancellation)
    {
        var fitting = All(known, cancellation)
            .Where(loss => Scores(loss, posterior, known))
            .Select(loss => loss.ShortName())
            .Distinct()
            .ToList();
        return fitting.Count > 0 ? string.Join(", ", fitting) : "none; write one that derives from VariationalLoss and implements IScores";
    }

    private static IEnumerable<INamedTypeSymbol> All(KnownTypes known, CancellationToken cancellation) =>
        LossesIn(known.Loss!.ContainingAssembly, known, cancellation).Concat(LossesIn(known.Compilation.Assembly, known, cancellation));

    private static IEnumerable<INamedTypeSymbol> LossesIn(IAssemblySymbol assembly, KnownTypes known, CancellationToken cancellation) =>
        HostReader.TypesIn(assembly.GlobalNamespace, cancellation)
            .Where(type => !type.IsAbstract && type.DerivesFrom(known.Loss) && known.CanName(type))
            .OrderBy(type => type.Name, StringComparer.Ordinal);
}
