using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Layers;

/// <summary>A field or auto-property of a network. It holds symbols and stays out of the pipeline.</summary>
/// <param name="Key">What the keys of its tensors begin with.</param>
/// <param name="Field">The field, or the one behind the property.</param>
/// <param name="Member">The field or property.</param>
/// <param name="Type">The class that declares it.</param>
internal sealed record NetworkField(string Key, IFieldSymbol Field, ISymbol Member, INamedTypeSymbol Type)
{
    /// <summary>The fields of a network in the order in which TorchSharp registers them, those of its base classes after its own.</summary>
    public static IEnumerable<NetworkField> Of(INamedTypeSymbol network, KnownTypes known)
    {
        var seen = new HashSet<string>();
        foreach (var type in network.SelfAndBases().TakeWhile(type => !known.IsTorchSharp(type)))
            foreach (var field in type.GetMembers().OfType<IFieldSymbol>().Where(field => !field.IsStatic && seen.Add(field.Name)))
                if (field.AssociatedSymbol is IPropertySymbol || field.CanBeReferencedByName)
                {
                    var member = field.AssociatedSymbol as IPropertySymbol ?? (ISymbol)field;
                    yield return new NetworkField(ComponentNameOf(field) ?? member.Name, field, member, type);
                }
    }

    /// <summary>Whether a property has a field that the compiler made, so that it holds something itself.</summary>
    /// <remarks>By name: the field of a partial property belongs to its implementation, another symbol than its definition.</remarks>
    public static bool IsBehind(ISymbol property, INamedTypeSymbol type) => type.GetMembers().OfType<IFieldSymbol>()
        .Any(field => field.AssociatedSymbol is IPropertySymbol held && held.Name == property.Name);

    /// <summary>Whether it has a place in the state: a module with weights, a parameter, or a tensor, which becomes a buffer.</summary>
    public bool IsSaved(KnownTypes known) =>
        IsBuffer(known) || LayerCatalog.KindOf(Field.Type, known) is not (LayerKind.NotALayer or LayerKind.Weightless);

    /// <summary>Whether TorchSharp registers its value as a buffer.</summary>
    public bool IsBuffer(KnownTypes known) => known.IsTensor(Field.Type);

    /// <summary>The name under which TorchSharp registers a field, where it is not the field's own.</summary>
    public static string? ComponentNameOf(IFieldSymbol field) => field.GetAttributes()
        .Where(data => data.AttributeClass?.Name == "ComponentNameAttribute")
        .SelectMany(data => data.NamedArguments)
        .Where(pair => pair.Key == "Name")
        .Select(pair => pair.Value.Value as string)
        .FirstOrDefault();
}
