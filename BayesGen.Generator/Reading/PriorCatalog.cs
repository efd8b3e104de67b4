using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Which loss can score which posterior against which prior. A test compares this with the runtime.</summary>
/// <remarks>What classes of the developer's own do, and priors that are not listed here, only the runtime knows.</remarks>
internal static class PriorCatalog
{
    /// <summary>Why a loss cannot score a posterior against a prior, or null where it can or the source does not say.</summary>
    public static string? ReasonAgainst(ITypeSymbol loss, INamedTypeSymbol posterior, INamedTypeSymbol prior, KnownTypes known)
    {
        // That a loss has no score for the posterior at all is said by another rule.
        if (!known.IsShipped(loss) || !LossCatalog.Scores(loss, posterior, known))
            return null;
        var hasClosedForm = HasClosedForm(posterior, prior, known);
        var hasDensity = Implements(posterior, known.Density);
        var isProper = prior.DerivesFrom(known.ProperPrior);
        return loss.Name switch
        {
            "ElboLoss" when hasClosedForm is not false || (hasDensity && isProper) => null,
            "ElboLoss" when !hasDensity => $"{posterior.ShortName()} has neither a closed-form KL to it nor a density",
            "ElboLoss" => $"{posterior.ShortName()} has no closed-form KL to it, and it is improper, without a density",
            "RenyiLoss" when !isProper => "RenyiLoss needs the density of the prior, which an improper one does not have",
            "LogUniformKLLoss" when hasClosedForm is false => "LogUniformKLLoss scores against the log-uniform prior alone",
            _ => null, // GaussianKLLoss fits a prior of its own.
        };
    }

    /// <summary>The priors of BayesGen that an annotation can name and a loss can score a posterior against.</summary>
    public static string Fitting(ITypeSymbol loss, INamedTypeSymbol posterior, KnownTypes known, CancellationToken cancellation) =>
        string.Join(", ", HostReader.TypesIn(known.Prior!.ContainingAssembly.GlobalNamespace, cancellation)
            .Where(type => !type.IsAbstract && type.DerivesFrom(known.Prior) && type.IsVisibleToAll())
            .Where(type => type.InstanceConstructors.Any(constructor => constructor.Parameters.IsEmpty))
            .Where(type => ReasonAgainst(loss, posterior, type, known) is null)
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => type.ShortName()));

    /// <summary>Whether a posterior has a closed-form KL to a prior; null where that is not known.</summary>
    private static bool? HasClosedForm(INamedTypeSymbol posterior, INamedTypeSymbol prior, KnownTypes known)
    {
        if (!Implements(posterior, known.ClosedForm))
            return false;
        if (!known.IsShipped(posterior))
            return null;
        var closed = posterior.Name == "GaussianPosterior" ? "GaussianPrior" : "LogUniformPrior";
        return !known.IsShipped(prior) ? false
            : prior.Name is "GaussianPrior" or "LaplacePrior" or "ScaleMixturePrior" or "LogUniformPrior" ? prior.Name == closed
            : null;
    }

    private static bool Implements(INamedTypeSymbol type, INamedTypeSymbol? contract) =>
        type.AllInterfaces.Any(candidate => SymbolEqualityComparer.Default.Equals(candidate, contract));
}
