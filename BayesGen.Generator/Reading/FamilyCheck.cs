using System.Globalization;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>What a description of a family has to be. The runtime says the same at the wrapping; a test holds the two together.</summary>
internal static class FamilyCheck
{
    private static readonly string[] Reserved = ["mask", "prior", "deterministic"];

    /// <summary>Whether a class is a family: it can be made, derives from Posterior and implements IPosterior of itself.</summary>
    public static bool IsFamily(INamedTypeSymbol type, KnownTypes known) =>
        !type.IsAbstract && type.DerivesFrom(known.Posterior) && ImplementsItself(type, known);

    /// <summary>Whether a class implements IPosterior of itself.</summary>
    public static bool ImplementsItself(INamedTypeSymbol type, KnownTypes known) => type.AllInterfaces.Any(candidate =>
        SymbolEqualityComparer.Default.Equals(candidate.OriginalDefinition, known.PosteriorInterface)
        && SymbolEqualityComparer.Default.Equals(candidate.TypeArguments[0], type));

    /// <summary>The first thing that is wrong with what a family says about itself, or null.</summary>
    public static string? FirstFault(INamedTypeSymbol posterior, FamilyFacts facts, KnownTypes known) => !facts.IsDescribed
        ? $"[PosteriorFamily] is missing; write [PosteriorFamily(\"...\")] with the name of the family on {posterior.Name}"
        : FaultOfFamily(facts, known)
            ?? FaultOfParameters(facts.Parameters)
            ?? FaultOfLocal(posterior, facts, known)
            ?? FaultOfClosedForms(posterior.Implements(known.ClosedForm), facts.ClosedForms, known);

    private static string? FaultOfFamily(FamilyFacts facts, KnownTypes known)
    {
        if (!IsName(facts.Name))
            return $"the name '{facts.Name}' of the family has other signs than letters, digits and underscores, or none";
        if (!(facts.LowestScore < facts.HighestScore))
            return $"LowestScore {Text(facts.LowestScore)} is not below HighestScore {Text(facts.HighestScore)}";
        if (facts.NaturalThreshold <= facts.LowestScore || facts.NaturalThreshold > facts.HighestScore)
            return $"NaturalThreshold {Text(facts.NaturalThreshold)} would prune none or all: scores lie between "
                + $"{Text(facts.LowestScore)} and {Text(facts.HighestScore)}";
        return facts.DefaultPrior is { } prior && !prior.DerivesFrom(known.Prior)
            ? $"DefaultPrior {prior.Name} does not derive from Prior"
            : null;
    }

    private static string? FaultOfParameters(IReadOnlyList<ParameterFacts> parameters)
    {
        if (parameters.Count == 0)
            return "it names no parameter; write one [PosteriorParameter(\"...\")] for each, in the order in which Over takes them";
        foreach (var parameter in parameters)
        {
            if (!IsName(parameter.Name))
                return $"the parameter '{parameter.Name}' has other signs than letters, digits and underscores, or none";
            if (Reserved.Contains(parameter.Name))
                return $"'{parameter.Name}' cannot be the name of a parameter, since keys use it for something else";
            if (parameters.Count(other => other.Name == parameter.Name) > 1)
                return $"two of its parameters are called '{parameter.Name}'";
            if (double.IsNaN(parameter.LearningRateFactor) || double.IsInfinity(parameter.LearningRateFactor)
                || parameter.LearningRateFactor < 0)
                return $"the LearningRateFactor {Text(parameter.LearningRateFactor)} of '{parameter.Name}' is not a finite number of at "
                    + "least 0";
        }

        return parameters.Any(parameter => parameter.IsOfWeights)
            ? null
            : "none of its parameters has a number for every weight; one has to, such as the means: its shape is that of the weight";
    }

    /// <summary>Families of the library draw for each example what weights share; others have no way to.</summary>
    private static string? FaultOfLocal(INamedTypeSymbol posterior, FamilyFacts facts, KnownTypes known) =>
        facts.SupportsLocal
        && !SymbolEqualityComparer.Default.Equals(posterior.ContainingAssembly, known.Posterior?.ContainingAssembly)
        && facts.Parameters.FirstOrDefault(parameter => !parameter.IsOfWeights) is { } shared
            ? $"SupportsLocal is for weights that are independent of each other, and those of a unit or layer share '{shared.Name}'; remove it"
            : null;

    private static string? FaultOfClosedForms(bool hasClosedForm, IReadOnlyList<ITypeSymbol>? closedForms, KnownTypes known)
    {
        if (hasClosedForm && closedForms is not { Count: > 0 })
            return "it implements IHasClosedFormKl, and [ClosedFormKl(typeof(...))] does not name the priors";
        if (!hasClosedForm && closedForms is not null)
            return "[ClosedFormKl] names priors, and it does not implement IHasClosedFormKl";
        return closedForms?.FirstOrDefault(prior => !prior.DerivesFrom(known.Prior)) is { } other
            ? $"{other.Name} of [ClosedFormKl] does not derive from Prior"
            : null;
    }

    private static bool IsName(string? name) => name is { Length: > 0 } && name.All(sign => char.IsLetterOrDigit(sign) || sign == '_');

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
