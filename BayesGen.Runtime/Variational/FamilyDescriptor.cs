using System.Reflection;
using System.Runtime.CompilerServices;

namespace BayesGen.Variational;

/// <summary>
/// What a posterior class says about its family by <see cref="PosteriorFamilyAttribute"/>, <see cref="PosteriorParameterAttribute"/> and
/// <see cref="ClosedFormKlAttribute"/>, checked once per class. Attributes of a class that is used survive trimming and native compilation.
/// </summary>
internal sealed class FamilyDescriptor
{
    private static readonly ConditionalWeakTable<Type, FamilyDescriptor> Known = new();

    private FamilyDescriptor(
        Type posterior, PosteriorFamilyAttribute family, IReadOnlyList<PosteriorParameterAttribute> parameters,
        IReadOnlyList<Type> closedForms)
    {
        PosteriorType = posterior;
        Name = family.Name;
        Parameters = parameters;
        ParameterNames = [.. parameters.Select(parameter => parameter.Name)];
        LearningRateFactors = parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.LearningRateFactor);
        IncludesBias = family.IncludesBias;
        SupportsLocal = family.SupportsLocal;
        (LowestScore, HighestScore) = (family.LowestScore, family.HighestScore);
        NaturalThreshold = double.IsNaN(family.NaturalThreshold) ? null : family.NaturalThreshold;
        DefaultPrior = family.DefaultPrior;
        ClosedForms = closedForms;
    }

    /// <summary>Every family that was asked for so far.</summary>
    public static IEnumerable<FamilyDescriptor> Met => Known.Select(pair => pair.Value);

    /// <summary>The posterior class.</summary>
    public Type PosteriorType { get; }

    /// <summary>The name of the family.</summary>
    public string Name { get; }

    /// <summary>The variational parameters, in the order in which the class takes them.</summary>
    public IReadOnlyList<PosteriorParameterAttribute> Parameters { get; }

    /// <summary>Whether some of them have one number for each unit.</summary>
    public bool HasUnits => Parameters.Any(parameter => parameter.Extent == ParameterExtent.Unit);

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> ParameterNames { get; }

    /// <summary>The factor on the learning rate of each.</summary>
    public IReadOnlyDictionary<string, double> LearningRateFactors { get; }

    /// <summary>Whether biases are Bayesian where the annotation does not say.</summary>
    public bool IncludesBias { get; }

    /// <summary>Whether <see cref="Estimator.Local"/> is exact.</summary>
    public bool SupportsLocal { get; }

    /// <summary>The lowest score of a weight.</summary>
    public double LowestScore { get; }

    /// <summary>The highest score of a weight.</summary>
    public double HighestScore { get; }

    /// <summary>The threshold to begin with, or null.</summary>
    public double? NaturalThreshold { get; }

    /// <summary>The class of the default prior, or null where the class does not say.</summary>
    public Type? DefaultPrior { get; }

    /// <summary>The priors to which the KL divergence has a closed form.</summary>
    public IReadOnlyList<Type> ClosedForms { get; }

    /// <summary>The description of a family.</summary>
    /// <param name="posterior">The posterior class.</param>
    /// <exception cref="InvalidOperationException">The attributes are missing or contradict each other; the message says which.</exception>
    public static FamilyDescriptor Of(Type posterior) => Known.GetValue(posterior, Read);

    /// <summary>The name of the family of a class, or the name of a class that is none.</summary>
    public static string NameOf(Type posterior) =>
        posterior.GetCustomAttribute<PosteriorFamilyAttribute>(inherit: false)?.Name ?? posterior.Name;

    private static FamilyDescriptor Read(Type posterior)
    {
        var family = posterior.GetCustomAttribute<PosteriorFamilyAttribute>(inherit: false);
        PosteriorParameterAttribute[] parameters = [.. posterior.GetCustomAttributes<PosteriorParameterAttribute>(inherit: false)];
        var closedForms = posterior.GetCustomAttribute<ClosedFormKlAttribute>(inherit: false);
        return FamilyDescriptorCheck.FirstFault(posterior, family, parameters, closedForms?.Priors) is { } fault
            ? throw new InvalidOperationException($"{posterior.Name} does not describe its family: {fault}.")
            : new FamilyDescriptor(posterior, family!, parameters, closedForms?.Priors ?? []);
    }
}
