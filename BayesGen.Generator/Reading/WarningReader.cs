using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>
/// What the compiler says about whoever uses a type. The wrapper of a network warns as the network does, and the generated file, which
/// nobody can edit, is silent about the types that it names.
/// </summary>
internal static class WarningReader
{
    private const string Obsolete = "System.ObsoleteAttribute";
    private const string Experimental = "System.Diagnostics.CodeAnalysis.ExperimentalAttribute";
    private const string Preview = "System.Runtime.Versioning.RequiresPreviewFeaturesAttribute";
    private const string Compliant = "System.CLSCompliantAttribute";

    /// <summary>The attributes of the wrapper of a network: those of the network that warn, as C# has them.</summary>
    public static EquatableArray<string> AttributesOf(INamedTypeSymbol network, bool isPublic)
    {
        var warnings = network.SelfAndContainers()
            .SelectMany(type => type.GetAttributes())
            .Where(data => data.AttributeClass?.ToDisplayString() is Obsolete or Experimental or Preview)
            .Where(data => data.ConstructorArguments.All(argument => argument.Kind == TypedConstantKind.Primitive))
            .Select(Written);
        // Nothing of Torch says that it is compliant.
        var isChecked = isPublic && network.ContainingAssembly.GetAttributes().Any(data =>
            data.AttributeClass?.ToDisplayString() == Compliant && data.ConstructorArguments.FirstOrDefault().Value is true);
        return warnings.Concat(isChecked ? ["[global::System.CLSCompliant(false)]"] : []).Distinct().ToEquatableArray();
    }

    /// <summary>The ids of what the compiler and the analyzers of .NET say about the use of symbols.</summary>
    public static EquatableArray<string> IdsOf(IEnumerable<ISymbol?> symbols)
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var symbol in symbols)
            Add(symbol, ids, seen);
        return ids.ToEquatableArray();
    }

    private static string Written(AttributeData data)
    {
        var arguments = data.ConstructorArguments.Select(argument => argument.ToCSharpString())
            .Concat(data.NamedArguments.Select(pair => $"{pair.Key} = {pair.Value.ToCSharpString()}"));
        return $"[{data.AttributeClass!.FullName()}({string.Join(", ", arguments)})]";
    }

    private static void Add(ISymbol? symbol, SortedSet<string> ids, HashSet<ISymbol> seen)
    {
        if (symbol is null || !seen.Add(symbol))
            return;
        foreach (var data in symbol.GetAttributes())
            if (IdOf(data) is { } id && SyntaxFacts.IsValidIdentifier(id))
                ids.Add(id);
        switch (symbol)
        {
            case IArrayTypeSymbol array:
                Add(array.ElementType, ids, seen);
                break;
            case INamedTypeSymbol type:
                foreach (var argument in type.TypeArguments)
                    Add(argument, ids, seen);
                Add(type.OriginalDefinition, ids, seen);
                Add(type.ContainingType, ids, seen);
                Add(type.ContainingModule, ids, seen);
                Add(type.ContainingAssembly, ids, seen);
                break;
        }
    }

    private static string? IdOf(AttributeData data) => data.AttributeClass?.ToDisplayString() switch
    {
        Experimental => data.ConstructorArguments.FirstOrDefault().Value as string,
        Obsolete => data.NamedArguments.FirstOrDefault(pair => pair.Key == "DiagnosticId").Value.Value as string,
        Preview => "CA2252",
        _ => null,
    };
}
