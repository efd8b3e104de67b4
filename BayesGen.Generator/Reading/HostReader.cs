using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Whether a class can have a wrapper at all, and what the wrapper is called.</summary>
internal static class HostReader
{
    private static readonly SymbolDisplayFormat WithConstraints = SymbolDisplayFormat.FullyQualifiedFormat
        .AddGenericsOptions(SymbolDisplayGenericsOptions.IncludeTypeConstraints);

    /// <summary>
    /// Reads the names. Where generated code could not even name the class, or would clash with another one, there is no host; where the
    /// wrapper can be declared but not work, there is a host and a finding.
    /// </summary>
    public static (HostModel? Host, Finding? Finding) Read(INamedTypeSymbol type, KnownTypes known, CancellationToken cancellation)
    {
        if (!type.Exists() || !type.TypeParameters.All(parameter => parameter.ConstraintTypes.All(constraint => constraint.Exists())))
            return (null, null); // Half-typed: the compiler says what is missing.
        if (ReasonAgainstDeclaring(type, known) is { } reason)
            return (null, Refuse(reason));
        var host = Describe(type);
        if (!type.IsGenericType)
            return (host, null);
        return HasAnnotatedDescendant(type, known, cancellation)
            ? (null, null)
            : (host, Refuse("it is generic; derive a class without type parameters from it and put [BayesianNetwork] on that one"));

        Finding Refuse(string reason) =>
            new(Descriptors.CannotWrap, type.Locations.FirstOrDefault() ?? Location.None, type, type.ShortName(), reason);
    }

    private static string? ReasonAgainstDeclaring(INamedTypeSymbol type, KnownTypes known)
    {
        if (type.IsStatic || type.TypeKind != TypeKind.Class || known.ModuleBaseOf(type) is null)
            return "it is not a TorchSharp network; derive it from Module<Tensor, Tensor> or another Module<...> and override forward";
        if (type.SelfAndContainers().Any(container => container.IsFileLocal))
            return "it is local to its file, so no other file can name it; remove the modifier 'file'";
        if (!known.CanName(type))
            return "it is nested and private or protected, so no class beside it can name it; make it internal or public";
        if (type.ContainingType?.SelfAndContainers().Any(container => container.IsGenericType) == true)
            return "it is nested in a generic class; move it out";
        if (IsTaken(type, known))
            return $"there is a class {WrapperNames.Of(type)} beside it already; rename one of the two";
        return WrapperNames.TwinOf(type, known) is { } twin
            ? $"its wrapper {WrapperNames.Of(type)} would have the name of that of {twin.ToDisplayString()}; rename one of the two"
            : null;
    }

    /// <summary>Whether the developer has a class of the wrapper's name. An analyzer sees the generated one too.</summary>
    private static bool IsTaken(INamedTypeSymbol type, KnownTypes known) => type.ContainingNamespace
        .GetTypeMembers(WrapperNames.Of(type), type.Arity)
        .Any(other => SymbolEqualityComparer.Default.Equals(other.ContainingAssembly, known.Compilation.Assembly)
            && !other.GetAttributes().Any(data => data.AttributeClass?.Name == "GeneratedCodeAttribute"
                && data.ConstructorArguments.FirstOrDefault().Value as string == KnownTypes.GeneratedBy));

    /// <summary>A generic base class may carry annotations for the classes of this project that derive from it.</summary>
    private static bool HasAnnotatedDescendant(INamedTypeSymbol type, KnownTypes known, CancellationToken cancellation) =>
        TypesIn(known.Compilation.Assembly.GlobalNamespace, cancellation).Any(candidate => !candidate.IsAbstract
            && candidate.BaseType?.SelfAndBases().Any(ancestor =>
                SymbolEqualityComparer.Default.Equals(ancestor.OriginalDefinition, type)) == true
            && Annotations.IsNetwork(candidate, known));

    internal static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceOrTypeSymbol room, CancellationToken cancellation)
    {
        foreach (var member in room.GetMembers())
        {
            cancellation.ThrowIfCancellationRequested();
            if (member is INamedTypeSymbol type)
                yield return type;
            if (member is INamespaceOrTypeSymbol inner)
                foreach (var nested in TypesIn(inner, cancellation))
                    yield return nested;
        }
    }

    private static HostModel Describe(INamedTypeSymbol type)
    {
        var wrapper = WrapperNames.Of(type);
        var @namespace = type.ContainingNamespace.IsGlobalNamespace ? null : type.ContainingNamespace.FullName();
        var declared = type.ToDisplayString(WithConstraints);
        var constraints = declared.IndexOf(" where ", StringComparison.Ordinal);
        var isPublic = type.IsVisibleToAll() || type.IsGenericType && type.DeclaredAccessibility == Accessibility.Public;
        return new HostModel(
            WrapperNames.HintOf(type),
            @namespace,
            isPublic ? "public" : "internal",
            wrapper,
            type.Arity > 0 ? $"<{string.Join(", ", type.TypeParameters.Select(parameter => MemberNames.Escaped(parameter.Name)))}>" : "",
            constraints < 0 ? "" : declared.Substring(constraints),
            type.FullName(),
            type.ShortName(),
            type.IsAbstract && !type.IsGenericType,
            EquatableArray<string>.Empty,
            WarningReader.AttributesOf(type, isPublic));
    }

    private static string FullName(this INamespaceSymbol room) =>
        room.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted));
}
