namespace BayesGen;

/// <summary>
/// Says what a field or auto-property of a network was once called, so that a state that was saved under the old name loads. Saving uses
/// the present name.
/// </summary>
/// <remarks>
/// It stands on whatever is saved: a layer, a network, a parameter or a buffer, Bayesian or not. The classes that read it are those
/// with a wrapper; networks inside of them included.
/// </remarks>
/// <param name="name">The old name of the field or property, as it was written in the class.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property, AllowMultiple = true)]
public sealed class FormerlyKnownAsAttribute(string name) : Attribute
{
    /// <summary>The old name.</summary>
    public string Name { get; } = name;
}
