using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>One [FormerlyKnownAs]. It holds symbols and stays out of the pipeline.</summary>
/// <param name="Field">What it stands on.</param>
/// <param name="Attribute">The attribute.</param>
/// <param name="Name">The old name.</param>
internal sealed record FormerName(NetworkField Field, AttributeData Attribute, string Name);

/// <summary>Reads what the saved members of a network were once called.</summary>
internal static class FormerNameReader
{
    /// <summary>Every [FormerlyKnownAs] on a field or auto-property of a network.</summary>
    public static IEnumerable<FormerName> Find(INamedTypeSymbol network, KnownTypes known) =>
        from field in NetworkField.Of(network, known)
        from attribute in AttributesOf(field.Member, known).Concat(field.Member is IFieldSymbol ? [] : AttributesOf(field.Field, known))
        let name = NameIn(attribute)
        where name is not null
        select new FormerName(field, attribute, name);

    public static IEnumerable<AttributeData> AttributesOf(ISymbol member, KnownTypes known) => member.GetAttributes()
        .Where(data => SymbolEqualityComparer.Default.Equals(data.AttributeClass, known.FormerNameAttribute));

    /// <summary>The old name, or null where the compiler has something to say about it.</summary>
    public static string? NameIn(AttributeData attribute) =>
        attribute.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Primitive } name ? name.Value as string ?? "" : null;

    /// <summary>Those that the runtime has to know.</summary>
    public static EquatableArray<FormerNameModel> Read(INamedTypeSymbol network, KnownTypes known) => Find(network, known)
        .Where(former => ReasonAgainst(former, network, known) is null)
        .Select(former => new FormerNameModel(former.Field.Key, former.Name))
        .Distinct()
        .ToEquatableArray();

    /// <summary>Why an old name cannot be used, or null.</summary>
    public static string? ReasonAgainst(FormerName former, INamedTypeSymbol network, KnownTypes known)
    {
        var (field, name) = (former.Field, former.Name);
        if (!field.IsSaved(known))
            return $"'{field.Member.Name}' holds {field.Field.Type.ShortName()}, of which nothing is saved; remove it";
        if (name.Length == 0 || name.Contains('.'))
            return "an old name is that of a field or property alone, without dots; write it as the class had it";
        if (name == field.Key)
            return $"'{name}' is its name today; write the old name, or remove it";
        if (NetworkField.Of(network, known).Any(other => other.Key == name && other.IsSaved(known)))
            return $"'{name}' is a member of {network.ShortName()} today, so a file with that name may mean either; rename that member";
        return Find(network, known).FirstOrDefault(other => other.Name == name && other.Field.Key != field.Key) is { } claimed
            ? $"'{claimed.Field.Member.Name}' has the same old name; remove it from one of the two"
            : null;
    }
}
