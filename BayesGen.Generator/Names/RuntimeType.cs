namespace BayesGen.SourceGeneration.Names;

/// <summary>A type of the runtime, which the generator knows by name alone.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name without type parameters.</param>
/// <param name="Arity">How many type parameters it has.</param>
internal sealed record RuntimeType(string Namespace, string Name, int Arity = 0)
{
    /// <summary>Its name as compilations look it up.</summary>
    public string MetadataName => Arity == 0 ? $"{Namespace}.{Name}" : $"{Namespace}.{Name}`{Arity}";

    /// <summary>Its name as generated code writes it; type arguments go behind it.</summary>
    public string InCode => $"global::{Namespace}.{Name}";

    /// <summary>Its name as generated code applies it to something, where it is an attribute.</summary>
    public string AsAttribute => InCode.Substring(0, InCode.Length - nameof(Attribute).Length);

    /// <summary>Its name as generated code writes it, so that it can stand in text to be emitted.</summary>
    public override string ToString() => InCode;
}
