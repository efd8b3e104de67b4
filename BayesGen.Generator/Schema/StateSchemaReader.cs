using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Schema;

/// <summary>Reads what a network saves, as the declarations have it.</summary>
internal static class StateSchemaReader
{
    private static readonly SymbolDisplayFormat Plain = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    /// <summary>The name of a network in the file.</summary>
    public static string NameOf(INamedTypeSymbol network) => network.ToDisplayString(Plain);

    /// <summary>The entries of a network, or null where it is none or cannot be wrapped as it is.</summary>
    public static IReadOnlyList<StateEntry>? Read(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
    {
        if (NetworkReader.Read(network, known, cancellation) is not { Model: { Refusal: null, Host.IsAbstract: false } model })
            return null;
        var name = NameOf(network);
        return [.. model.Members.SelectMany(member => EntriesOf(name, member))
            .Concat(NetworkField.Of(network, known).Where(field => field.IsBuffer(known))
                .Select(buffer => new StateEntry(name, OnOneLine(buffer.Key), StateEntry.Deterministic)))];
    }

    private static IEnumerable<StateEntry> EntriesOf(string network, MemberModel member)
    {
        if (!member.HoldsWeights)
            return [];
        var key = OnOneLine(member.Key);
        if (member.Composed is { } inner)
            return [StateEntry.ForAll(network, key, ContentOf(member.Role, inner))];
        var content = member.Family?.Name ?? StateEntry.Deterministic;
        return member.Weights.Count == 0
            ? [StateEntry.ForAll(network, key, content)]
            : member.Weights.Select(weight => new StateEntry(
                network,
                weight.Name.Length == 0 ? key : $"{key}.{weight.Name}",
                weight.IsBayesian ? content : StateEntry.Deterministic));
    }

    /// <summary>A [ComponentName] may hold anything; what would end a line is written as C# writes it.</summary>
    private static string OnOneLine(string key) => string.Concat(key.Select(letter =>
        char.IsControl(letter) || letter is '\u2028' or '\u2029' ? $"\\u{(int)letter:x4}" : letter.ToString()));

    private static string ContentOf(MemberRole role, InnerModel inner)
    {
        var type = inner.Type.Replace("global::", "").Replace("@", "");
        return role switch
        {
            MemberRole.ComposedList => $"ModuleList<{type}>",
            MemberRole.ComposedDictionary => $"ModuleDict<{type}>",
            _ => type,
        };
    }
}
