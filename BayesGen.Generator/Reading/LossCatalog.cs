using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Which loss can score which posterior, as the compiler sees it.</summary>
internal static class LossCatalog
{
    /// <summary>Whether a loss converts to IScores of a posterior, by identity or contravariance.</summary>
    public static bool Scores(ITypeSymbol loss, INamedTypeSymbol posterior, KnownTypes known) =>
        known.Compilation.HasImplicitConversion(loss, known.Scores!.Construct(posterior));

    /// <summary>The losses of BayesGen and then those of this project that can score a posterior.</summary>
    public static string Fitting(INamedTypeSymbol posterior, KnownTypes known, CancellationToken cancellation)
    {
        var shipped = LossesIn(known.Loss!.ContainingAssembly, known, cancellation);
        var own = LossesIn(known.Compilation.Assembly, known, cancellation);
        var fitting = shipped.Concat(own)
            .Where(loss => Scores(loss, posterior, known))
            .Select(loss => loss.ShortName())
            .Distinct()
            .ToList();
        return fitting.Count > 0 ? string.Join(", ", fitting) : "none; write one that derives from VariationalLoss and implements IScores";
    }

    private static IEnumerable<INamedTypeSymbol> LossesIn(IAssemblySymbol assembly, KnownTypes known, CancellationToken cancellation) =>
        HostReader.TypesIn(assembly.GlobalNamespace, cancellation)
            .Where(type => !type.IsAbstract && type.DerivesFrom(known.Loss) && known.CanName(type))
            .OrderBy(type => type.Name, StringComparer.Ordinal);
}
