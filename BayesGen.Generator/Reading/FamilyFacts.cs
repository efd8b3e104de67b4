using System.Runtime.CompilerServices;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>
/// What a posterior class says about its family by its attributes, read from the symbol: the same for a family that BayesGen ships, one of
/// the project and one of a referenced assembly. The runtime reads the same attributes from the type.
/// </summary>
internal sealed class FamilyFacts
{
    /// <summary>An annotation is read after every keystroke, and a family again for each annotation that names it.</summary>
    private static readonly ConditionalWeakTable<INamedTypeSymbol, FamilyFacts> Read = new();

    private FamilyFacts(INamedTypeSymbol posterior, KnownTypes known)
    {
        var family = posterior.Find(known.FamilyAttribute);
        var named = family?.NamedArguments.ToDictionary(pair => pair.Key, pair => pair.Value.Value) ?? [];
        IsDescribed = family is not null;
        Name = family?.ConstructorArguments.FirstOrDefault().Value as string;
        Parameters = [.. posterior.GetAttributes()
            .Where(data => SymbolEqualityComparer.Default.Equals(data.AttributeClass, known.ParameterAttribute))
            .Select(data => new ParameterFacts(
                data.ConstructorArguments.FirstOrDefault().Value as string ?? "",
                data.NamedArguments.FirstOrDefault(pair => pair.Key == "LearningRateFactor").Value.Value as double? ?? 1,
                data.NamedArguments.FirstOrDefault(pair => pair.Key == "Extent").Value.Value as int? ?? 0))];
        IncludesBias = !named.TryGetValue("IncludesBias", out var includes) || includes is not false;
        SupportsLocal = named.TryGetValue("SupportsLocal", out var local) && local is true;
        LowestScore = Number("LowestScore", double.NegativeInfinity);
        HighestScore = Number("HighestScore", double.PositiveInfinity);
        NaturalThreshold = Number("NaturalThreshold", double.NaN);
        DefaultPrior = named.TryGetValue("DefaultPrior", out var prior) ? prior as ITypeSymbol : null;
        var closedForms = posterior.Find(known.ClosedFormAttribute);
        ClosedForms = closedForms?.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Array } priors
            ? [.. (priors.IsNull ? [] : priors.Values).Select(value => value.Value).OfType<ITypeSymbol>()]
            : null;
        Fault = FamilyCheck.FirstFault(posterior, this, known);

        double Number(string property, double otherwise) =>
            named.TryGetValue(property, out var value) && value is double number ? number : otherwise;
    }

    /// <summary>Whether the class has [PosteriorFamily].</summary>
    public bool IsDescribed { get; }

    /// <summary>The name of the family, or null.</summary>
    public string? Name { get; }

    /// <summary>The variational parameters in order.</summary>
    public IReadOnlyList<ParameterFacts> Parameters { get; }

    /// <summary>Whether some of them have numbers for units.</summary>
    public bool HasUnits => Parameters.Any(parameter => parameter.IsOfUnits);

    /// <summary>Whether biases are Bayesian where the annotation does not say.</summary>
    public bool IncludesBias { get; }

    /// <summary>Whether Estimator.Local is exact.</summary>
    public bool SupportsLocal { get; }

    /// <summary>The lowest score of a weight.</summary>
    public double LowestScore { get; }

    /// <summary>The highest score of a weight.</summary>
    public double HighestScore { get; }

    /// <summary>The threshold to begin with; NaN where there is none.</summary>
    public double NaturalThreshold { get; }

    /// <summary>The class of the default prior, or null.</summary>
    public ITypeSymbol? DefaultPrior { get; }

    /// <summary>The priors to which the KL divergence has a closed form; null where the class has no [ClosedFormKl].</summary>
    public IReadOnlyList<ITypeSymbol>? ClosedForms { get; }

    /// <summary>The first thing that is wrong with what the class says, or null.</summary>
    public string? Fault { get; }

    public static FamilyFacts Of(INamedTypeSymbol posterior, KnownTypes known) =>
        Read.GetValue(posterior, symbol => new FamilyFacts(symbol, known));
}

/// <summary>What a class says about one of its parameters.</summary>
/// <param name="Name">The last part of state keys.</param>
/// <param name="LearningRateFactor">The factor on the learning rate.</param>
/// <param name="Extent">The value of ParameterExtent.</param>
internal sealed record ParameterFacts(string Name, double LearningRateFactor, int Extent)
{
    /// <summary>Whether it has a number for every weight: ParameterExtent.Weight.</summary>
    public bool IsOfWeights => Extent == 0;

    /// <summary>Whether it has a number for every unit: ParameterExtent.Unit.</summary>
    public bool IsOfUnits => Extent == 1;
}
