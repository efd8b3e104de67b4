using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>
/// What the generator knows about families without running them: the names of their parameters and what they do with biases.
/// </summary>
/// <remarks>A test compares this with the runtime. A family that is missing here works, but its state keys are no constants.</remarks>
internal static class FamilyCatalog
{
    private const string Suffix = "Posterior";

    /// <summary>The metadata name of the posterior class of a shipped family.</summary>
    public static string PosteriorOf(string family) => RuntimeNames.PosteriorOf(family).MetadataName;

    /// <summary>What can be said about a posterior class.</summary>
    public static FamilyModel Describe(INamedTypeSymbol posterior, KnownTypes known)
    {
        var isShipped = SymbolEqualityComparer.Default.Equals(posterior.ContainingAssembly, known.Posterior!.ContainingAssembly);
        var name = isShipped && posterior.Name.EndsWith(Suffix, StringComparison.Ordinal)
            ? posterior.Name.Substring(0, posterior.Name.Length - Suffix.Length)
            : posterior.ShortName();
        var (names, includesBias) = isShipped ? Shipped(name) : ([], DeclaresBiasRule(posterior) ? null : true);
        return new FamilyModel(posterior.FullName(), name, posterior.IsVisibleToAll(), includesBias, names.ToEquatableArray());
    }

    /// <summary>Whether Estimator.Local is exact for a family; null for one of the developer's own, which says so when it runs.</summary>
    public static bool? SupportsLocal(INamedTypeSymbol posterior, KnownTypes known) =>
        !SymbolEqualityComparer.Default.Equals(posterior.ContainingAssembly, known.Posterior!.ContainingAssembly) ? null
        : posterior.Name is "GaussianPosterior" or "SparseDropoutPosterior";

    /// <summary>The member of Family that stands for a posterior class, or null for a family of the developer's own.</summary>
    public static IFieldSymbol? MemberOf(INamedTypeSymbol posterior, KnownTypes known) => !known.IsShipped(posterior)
        ? null
        : known.Compilation.GetTypeByMetadataName(RuntimeNames.Family.MetadataName)?.GetMembers().OfType<IFieldSymbol>()
            .FirstOrDefault(member => PosteriorOf(member.Name) == posterior.ContainingNamespace.ToDisplayString() + "." + posterior.Name);

    /// <summary>Between which numbers the scores of a family lie.</summary>
    public static (double Lowest, double Highest) ScoresOf(INamedTypeSymbol posterior, KnownTypes known) =>
        known.IsShipped(posterior) && posterior.Name == "SparseDropoutPosterior"
            ? (-8, 8) // Its log_alpha is clamped.
            : (double.NegativeInfinity, double.PositiveInfinity);

    private static (string[] ParameterNames, bool? IncludesBias) Shipped(string name) => name switch
    {
        "Gaussian" => (["mu", "log_sigma"], true),
        "LogUniform" => (["mu", "log_sigma", "scale_mu", "log_alpha"], true),
        "SparseDropout" => (["mu", "log_sigma2"], false),
        _ => ([], null),
    };

    /// <summary>A family that has its own rule about biases may have any rule.</summary>
    private static bool DeclaresBiasRule(INamedTypeSymbol posterior) => posterior.SelfAndBases()
        .SelectMany(type => type.GetMembers())
        .Any(member => member.Name == "IncludesBias" || member.Name.EndsWith(".IncludesBias", StringComparison.Ordinal));
}
