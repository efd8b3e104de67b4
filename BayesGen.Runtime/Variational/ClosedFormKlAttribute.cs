namespace BayesGen.Variational;

/// <summary>
/// Names the priors to which <see cref="IHasClosedFormKl.KlTo"/> of a family has a closed form, so that an analyzer can say at build which
/// priors a loss cannot score. It stands on the class of the family, beside <see cref="PosteriorFamilyAttribute"/>.
/// </summary>
/// <param name="priors">Classes that derive from <see cref="Prior"/>; those that derive from them are meant too.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ClosedFormKlAttribute(params Type[] priors) : Attribute
{
    /// <summary>The classes of the priors.</summary>
    public IReadOnlyList<Type> Priors { get; } = priors;
}
