using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Where annotations stand.</summary>
internal static class Annotations
{
    /// <summary>Whether a class asks for a wrapper: by an attribute of its own or on one of its own members.</summary>
    public static bool IsNetwork(INamedTypeSymbol type, KnownTypes known) =>
        type.Find(known.BayesianAttribute) is not null
        || type.Find(known.NetworkAttribute) is not null
        || AnnotatedMembers(type, known).Any();

    /// <summary>The [Bayesian] of a class: its own, or that of the nearest base class that has one.</summary>
    /// <param name="network">The class.</param>
    /// <param name="known">The types to ask about.</param>
    public static (AttributeData Attribute, INamedTypeSymbol Owner)? OfClass(INamedTypeSymbol network, KnownTypes known) =>
        network.SelfAndBases().TakeWhile(type => !known.IsTorchSharp(type))
            .Select(type => (Attribute: type.Find(known.BayesianAttribute), Owner: type))
            .Where(found => found.Attribute is not null)
            .Select(found => ((AttributeData, INamedTypeSymbol)?)(found.Attribute!, found.Owner))
            .FirstOrDefault();

    /// <summary>The loss that the nearest [BayesianNetwork] on the class or a base class names, or null.</summary>
    public static (AttributeData? Attribute, INamedTypeSymbol Owner, TypedConstant Loss)? LossOf(
        INamedTypeSymbol network, KnownTypes known) =>
        network.SelfAndBases().TakeWhile(type => !known.IsTorchSharp(type))
            .SelectMany(type => (type.Find(known.NetworkAttribute) is { } data ? data.NamedArguments.Where(pair => pair.Key == "Loss") : [])
                .Select(pair => ((AttributeData?, INamedTypeSymbol, TypedConstant)?)(type.Find(known.NetworkAttribute), type, pair.Value)))
            .FirstOrDefault();

    /// <summary>The fields and properties with an attribute of their own. A nested class with one is a network by itself.</summary>
    public static IEnumerable<ISymbol> AnnotatedMembers(INamedTypeSymbol type, KnownTypes known) =>
        type.GetMembers().Where(member => member is not INamedTypeSymbol && member.Find(known.BayesianAttribute) is not null);

    /// <summary>
    /// The annotated network that a field holds, one or many of a kind in a ModuleList or ModuleDict; null where it holds none.
    /// </summary>
    public static (MemberRole Role, INamedTypeSymbol Network, InnerModel Model)? InnerNetworkOf(
        ITypeSymbol type, KnownTypes known, CancellationToken cancellation)
    {
        var role = (type as INamedTypeSymbol)?.Name switch
        {
            "ModuleList" when known.IsTorchSharp(type) => MemberRole.ComposedList,
            "ModuleDict" when known.IsTorchSharp(type) => MemberRole.ComposedDictionary,
            _ => MemberRole.Composed,
        };
        var inner = role == MemberRole.Composed ? type : ((INamedTypeSymbol)type).TypeArguments[0];
        if (WrapperOf(inner, known, cancellation) is not { } wrapper)
            return null;
        var network = (INamedTypeSymbol)inner.WithNullableAnnotation(NullableAnnotation.NotAnnotated);
        return (role, network, new InnerModel(network.FullName(), wrapper, role != MemberRole.Composed));
    }

    /// <summary>
    /// The wrapper of a network that is part of another one, as a full name, or null where it has none. A wrapper in a referenced assembly
    /// is found by its name, since the annotations on private fields are not visible from here.
    /// </summary>
    private static string? WrapperOf(ITypeSymbol type, KnownTypes known, CancellationToken cancellation)
    {
        if (type is not INamedTypeSymbol network || known.IsTorchSharp(network))
            return null;
        if (SymbolEqualityComparer.Default.Equals(network.ContainingAssembly, known.Compilation.Assembly))
            return !network.IsAbstract && !network.IsGenericType && IsNetwork(network, known)
                && HostReader.Read(network, known, cancellation).Host is { } host
                    ? "global::" + (host.Namespace is null ? "" : host.Namespace + ".") + host.WrapperName
                    : null;
        return ReferencedWrapper(network, known)?.FullName();
    }

    /// <summary>
    /// What was generated for a network in a referenced assembly and shows its posteriors: its wrapper, or what speaks for an abstract
    /// class.
    /// </summary>
    public static INamedTypeSymbol? ReferencedMaps(INamedTypeSymbol network, KnownTypes known) => network.ContainingNamespace
        .GetTypeMembers(WrapperNames.Of(network), 0)
        .FirstOrDefault(candidate => SymbolEqualityComparer.Default.Equals(candidate.ContainingAssembly, network.ContainingAssembly)
            && candidate.GetTypeMembers("PosteriorMap").Any());

    /// <summary>The wrapper of a network in a referenced assembly.</summary>
    public static INamedTypeSymbol? ReferencedWrapper(INamedTypeSymbol network, KnownTypes known) => network.ContainingNamespace
        .GetTypeMembers(WrapperNames.Of(network), 0)
        .FirstOrDefault(candidate => SymbolEqualityComparer.Default.Equals(candidate.ContainingAssembly, network.ContainingAssembly)
            && candidate.AllInterfaces.Any(implemented => SymbolEqualityComparer.Default.Equals(implemented, known.Wrapper))
            && known.CanName(candidate));
}
