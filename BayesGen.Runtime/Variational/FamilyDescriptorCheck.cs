using System.Globalization;

namespace BayesGen.Variational;

/// <summary>What a description of a family has to be. The build says the same by BG0011; a test holds the two together.</summary>
internal static class FamilyDescriptorCheck
{
    /// <summary>Names that state keys and the options of a trainer use beside those of the parameters.</summary>
    private static readonly string[] Reserved = ["mask", "prior", "deterministic"];

    /// <summary>The first thing that is wrong, or null.</summary>
    public static string? FirstFault(
        Type posterior, PosteriorFamilyAttribute? family, IReadOnlyList<PosteriorParameterAttribute> parameters,
        IReadOnlyList<Type>? closedForms) =>
        family is null ? $"[PosteriorFamily] is missing; write [PosteriorFamily(\"...\")] with the name of the family on {posterior.Name}"
        : FaultOfFamily(family)
            ?? FaultOfParameters(parameters)
            ?? FaultOfLocal(family, parameters, typeof(IHasUnitScales).IsAssignableFrom(posterior))
            ?? FaultOfClosedForms(typeof(IHasClosedFormKl).IsAssignableFrom(posterior), closedForms);

    private static string? FaultOfFamily(PosteriorFamilyAttribute family)
    {
        if (!IsName(family.Name))
            return $"the name '{family.Name}' of the family has other signs than letters, digits and underscores, or none";
        if (!(family.LowestScore < family.HighestScore))
            return $"LowestScore {Text(family.LowestScore)} is not below HighestScore {Text(family.HighestScore)}";
        if (family.NaturalThreshold <= family.LowestScore || family.NaturalThreshold > family.HighestScore)
            return $"NaturalThreshold {Text(family.NaturalThreshold)} would prune none or all: scores lie between "
                + $"{Text(family.LowestScore)} and {Text(family.HighestScore)}";
        return family.DefaultPrior is { } prior && !typeof(Prior).IsAssignableFrom(prior)
            ? $"DefaultPrior {prior.Name} does not derive from Prior"
            : null;
    }

    private static string? FaultOfParameters(IReadOnlyList<PosteriorParameterAttribute> parameters)
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
            if (!double.IsFinite(parameter.LearningRateFactor) || parameter.LearningRateFactor < 0)
                return $"the LearningRateFactor {Text(parameter.LearningRateFactor)} of '{parameter.Name}' is not a finite number of at "
                    + "least 0";
        }

        return parameters.Any(parameter => parameter.Extent == ParameterExtent.Weight)
            ? null
            : "none of its parameters has a number for every weight; one has to, such as the means: its shape is that of the weight";
    }

    /// <summary>Weights that share a parameter are not independent, unless the family draws what they share for each example.</summary>
    private static string? FaultOfLocal(
        PosteriorFamilyAttribute family, IReadOnlyList<PosteriorParameterAttribute> parameters, bool drawsScales) =>
        family.SupportsLocal && !drawsScales
        && parameters.FirstOrDefault(parameter => parameter.Extent != ParameterExtent.Weight) is { } shared
            ? $"SupportsLocal is for weights that are independent of each other, and those of a unit or layer share '{shared.Name}'; remove it"
            : null;

    private static string? FaultOfClosedForms(bool hasClosedForm, IReadOnlyList<Type>? closedForms)
    {
        if (hasClosedForm && closedForms is not { Count: > 0 })
            return "it implements IHasClosedFormKl, and [ClosedFormKl(typeof(...))] does not name the priors";
        if (!hasClosedForm && closedForms is not null)
            return "[ClosedFormKl] names priors, and it does not implement IHasClosedFormKl";
        return closedForms?.FirstOrDefault(prior => !typeof(Prior).IsAssignableFrom(prior)) is { } other
            ? $"{other.Name} of [ClosedFormKl] does not derive from Prior"
            : null;
    }

    private static bool IsName(string? name) => !string.IsNullOrEmpty(name) && name.All(sign => char.IsLetterOrDigit(sign) || sign == '_');

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
