using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace BayesGen.Tests.Support;

/// <summary>
/// Walks everything that a value holds, by its fields, private ones and those of closures included, and finds what no pipeline may keep:
/// it would hold a whole compilation in memory and make two equal models differ.
/// </summary>
internal static class Reachable
{
    private static readonly Type[] Forbidden =
    [
        typeof(ISymbol), typeof(SyntaxNode), typeof(SyntaxToken), typeof(SyntaxTrivia), typeof(SyntaxTree), typeof(SyntaxReference),
        typeof(Compilation), typeof(SemanticModel), typeof(IOperation), typeof(AttributeData), typeof(TypedConstant), typeof(Location),
        typeof(Diagnostic), typeof(MetadataReference), typeof(SourceText),
    ];

    /// <summary>The way to the first forbidden object, as field names, or null where there is none.</summary>
    public static string? FindForbidden(object? value) => Find(value, "value", new HashSet<object>(ReferenceEqualityComparer.Instance));

    private static string? Find(object? value, string path, HashSet<object> visited)
    {
        if (value is null or string or Pointer or MemberInfo or Assembly || value.GetType().IsPrimitive || value.GetType().IsEnum)
            return null;
        var type = value.GetType();
        if (Array.Find(Forbidden, forbidden => forbidden.IsAssignableFrom(type)) is { } kind)
            return $"{path} is a {kind.Name}";
        if (!type.IsValueType && !visited.Add(value))
            return null;
        if (value is Array items)
            return items.Cast<object?>().Select((item, i) => Find(item, $"{path}[{i}]", visited))
                .FirstOrDefault(found => found is not null);
        return FieldsOf(type).Select(field => Find(field.GetValue(value), $"{path}.{field.Name}", visited))
            .FirstOrDefault(found => found is not null);
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type? type)
    {
        for (; type is not null; type = type.BaseType)
            foreach (var field in type.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                yield return field;
    }
}
