using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>
/// Which class a member of Family stands for, and what generated code has to know of a family. It names no family itself.
/// </summary>
internal static class FamilyCatalog
{
    /// <summary>The posterior class of a member of Family, by the value of the member; null where there is none.</summary>
    public static INamedTypeSymbol? PosteriorOf(object? family, KnownTypes known) =>
        known.ShippedFamilies.FirstOrDefault(shipped => Equals(shipped.Family.ConstantValue, family)).Posterior;

    /// <summary>The class that a [Bayesian] names, whether it can be used or not; null where it names none.</summary>
    public static INamedTypeSymbol? PosteriorOf(AttributeData attribute, KnownTypes known) =>
        attribute.ConstructorArguments.FirstOrDefault() switch
        {
            { Kind: TypedConstantKind.Enum } family => PosteriorOf(family.Value, known),
            { Kind: TypedConstantKind.Type, Value: INamedTypeSymbol posterior } => posterior,
            _ => null,
        };

    /// <summary>The member of Family that stands for a posterior class, or null for a family of the developer's own.</summary>
    public static IFieldSymbol? MemberOf(INamedTypeSymbol posterior, KnownTypes known) =>
        known.ShippedFamilies.FirstOrDefault(shipped => SymbolEqualityComparer.Default.Equals(shipped.Posterior, posterior)).Family;

    /// <summary>What generated code has to know of a family. Where the class does not say it, its name is that of the class.</summary>
    public static FamilyModel Describe(INamedTypeSymbol posterior, KnownTypes known)
    {
        var facts = FamilyFacts.Of(posterior, known);
        return new FamilyModel(
            posterior.FullName(),
            NameOf(posterior, known),
            posterior.IsVisibleToAll(),
            facts.IncludesBias,
            (facts.Fault is null ? facts.Parameters.Select(parameter => parameter.Name) : []).ToEquatableArray());
    }

    /// <summary>The name of a family in messages: the one that it says, else that of the class.</summary>
    public static string NameOf(INamedTypeSymbol posterior, KnownTypes known) =>
        FamilyFacts.Of(posterior, known).Name is { Length: > 0 } name ? name : posterior.ShortName();

    /// <summary>The shipped families for which Estimator.Local is exact, in words: "the A, B or C".</summary>
    public static string LocalFamilies(KnownTypes known)
    {
        List<string> names = [.. known.ShippedFamilies
            .Where(shipped => FamilyFacts.Of(shipped.Posterior, known).SupportsLocal)
            .Select(shipped => NameOf(shipped.Posterior, known))];
        return names.Count == 0 ? "a Gaussian" : "the " + string.Join(", ", names.Take(names.Count - 1)) + " or " + names.Last();
    }
}
