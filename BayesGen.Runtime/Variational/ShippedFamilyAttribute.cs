using System.ComponentModel;

namespace BayesGen.Variational;

/// <summary>
/// Says which class stands for a member of <see cref="Family"/>. It is written in the file of the class, so that the enumeration knows no
/// class and a family is added in one folder. The generator reads it from the symbols of this assembly, the runtime from the assembly.
/// </summary>
/// <param name="family">The member.</param>
/// <param name="posterior">The posterior class.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ShippedFamilyAttribute(Family family, Type posterior) : Attribute
{
    /// <summary>The member.</summary>
    public Family Family { get; } = family;

    /// <summary>The posterior class.</summary>
    public Type Posterior { get; } = posterior;
}
