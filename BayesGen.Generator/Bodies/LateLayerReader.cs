using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Bodies;

/// <summary>
/// Reads which layers are made only after RegisterComponents(), which looks once: by an object initializer, at their first use, or in the
/// constructor of a class whose base class has registered already.
/// </summary>
/// <param name="network">The network, every class of which has a source and of which one calls RegisterComponents().</param>
/// <param name="known">The types to ask about.</param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class LateLayerReader(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
{
    private readonly List<SyntaxNode> _body =
        [.. network.DeclaringSyntaxReferences.SelectMany(reference => reference.GetSyntax(cancellation).DescendantNodes())];

    public IEnumerable<Finding> Read()
    {
        foreach (var field in NetworkField.Of(network, known))
            if (SymbolEqualityComparer.Default.Equals(field.Type, network)
                && LayerCatalog.KindOf(field.Field.Type, known) is LayerKind.WeightAndBias or LayerKind.Weight or LayerKind.Named
                    or LayerKind.Normalization or LayerKind.Any or LayerKind.Parameter
                && DeclaredValue.InitializerOf(field.Member, cancellation) is null
                && ReasonOf(field.Member) is { } reason)
                yield return new Finding(
                    Descriptors.NotRegistered, field.Member.Locations.FirstOrDefault() ?? Location.None, network,
                    $"'{field.Member.Name}' is", reason);
    }

    private string? ReasonOf(ISymbol member)
    {
        var writes = _body.Where(node => DeclaredValue.AssignedBy(node) is { } target && Names(target, member.Name)).ToList();
        if (writes.Count == 0 && IsSetByInitializers(member))
            return "RegisterComponents() looks at the fields in the constructor, before an object initializer sets it; "
                + "take it as an argument of the constructor";
        if (writes.Count > 0 && !writes.Any(write => LayerMaking.IsIn(write, known, cancellation, orParameter: true)))
            return null; // It may be another name for a layer that is registered elsewhere.
        var lazy = LazyPropertyOf(member, writes);
        if (writes.All(IsInForward) && writes.Count > 0 || lazy is not null && IsUsedInForwardAlone(lazy))
            return "it is made when it is first used, and RegisterComponents() has looked at the fields before; make it in the constructor";
        return writes.Count > 0 && writes.All(IsInAConstructor) && RegisteringBase() is { } ancestor
            ? $"the constructor of {ancestor.ShortName()} calls RegisterComponents(), which looks once, before it is assigned; "
                + "make it where it is declared, or let the class that derives call RegisterComponents()"
            : null;
    }

    /// <summary>Whether nothing but <c>new Net { Fc = ... }</c> can give a member its value.</summary>
    private bool IsSetByInitializers(ISymbol member) => member switch
    {
        IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true } => !network.InstanceConstructors.Any(constructor =>
            constructor.GetAttributes().Any(data => data.AttributeClass?.Name == "SetsRequiredMembersAttribute")),
        IPropertySymbol { SetMethod.IsInitOnly: true } => network.IsSealed && IsAuto(member),
        _ => false,
    };

    private bool IsAuto(ISymbol property) => property.DeclaringSyntaxReferences.All(reference =>
        reference.GetSyntax(cancellation) is PropertyDeclarationSyntax { AccessorList: { } accessors }
        && accessors.Accessors.All(accessor => accessor.Body is null && accessor.ExpressionBody is null));

    /// <summary>The property whose getter makes the layer, in its own field or in the one behind it; null where there is none.</summary>
    private PropertyDeclarationSyntax? LazyPropertyOf(ISymbol member, List<SyntaxNode> writes)
    {
        if (member is IPropertySymbol)
            return writes.Count == 0 && member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation)
                is PropertyDeclarationSyntax own && own.DescendantNodes().Any(node => node.IsKind(SyntaxKind.CoalesceAssignmentExpression)
                    && ((AssignmentExpressionSyntax)node).Left.ToString() == "field")
                && own.DescendantNodes().OfType<AccessorDeclarationSyntax>()
                    .All(accessor => accessor.IsKind(SyntaxKind.GetAccessorDeclaration))
                    ? own : null;
        return writes.Count > 0 && writes.All(write => write.IsKind(SyntaxKind.CoalesceAssignmentExpression)
            && write.FirstAncestorOrSelf<ConstructorDeclarationSyntax>() is null)
            && writes[0].FirstAncestorOrSelf<PropertyDeclarationSyntax>() is { } around
            && writes.All(write => write.FirstAncestorOrSelf<PropertyDeclarationSyntax>() == around) ? around : null;
    }

    /// <summary>Whether a property is read in forward, and nowhere that might run in a constructor.</summary>
    private bool IsUsedInForwardAlone(PropertyDeclarationSyntax property)
    {
        var uses = _body.OfType<IdentifierNameSyntax>().Where(name => name.Identifier.ValueText == property.Identifier.ValueText).ToList();
        return uses.Count > 0 && uses.All(IsInForward);
    }

    private static bool IsInForward(SyntaxNode node) =>
        node.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { Identifier.ValueText: "forward" } method
        && method.Modifiers.Any(SyntaxKind.OverrideKeyword);

    private static bool IsInAConstructor(SyntaxNode node) => node.FirstAncestorOrSelf<ConstructorDeclarationSyntax>() is not null
        && node.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is null;

    /// <summary>The class that this one derives from, where each of its constructors registers, whatever its arguments.</summary>
    private INamedTypeSymbol? RegisteringBase()
    {
        var ancestor = network.BaseType!;
        var constructors = ancestor.InstanceConstructors
            .Select(constructor => constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation))
            .ToList();
        return !known.IsTorchSharp(ancestor) && constructors.Count > 0
            && constructors.All(constructor => constructor is ConstructorDeclarationSyntax declared && Registers(declared))
                ? ancestor
                : null;
    }

    private static bool Registers(ConstructorDeclarationSyntax constructor) =>
        IsRegistering(constructor.ExpressionBody?.Expression)
        || constructor.Body?.Statements.OfType<ExpressionStatementSyntax>().Any(statement => IsRegistering(statement.Expression)) == true
        || constructor.Initializer?.IsKind(SyntaxKind.ThisConstructorInitializer) == true;

    private static bool IsRegistering(ExpressionSyntax? expression) => expression is InvocationExpressionSyntax
    {
        Expression: IdentifierNameSyntax { Identifier.ValueText: "RegisterComponents" }
            or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name.Identifier.ValueText: "RegisterComponents" },
    };

    private static bool Names(ExpressionSyntax target, string name) => target switch
    {
        IdentifierNameSyntax identifier => identifier.Identifier.ValueText == name,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access => access.Name.Identifier.ValueText == name,
        TupleExpressionSyntax tuple => tuple.Arguments.Any(argument => Names(argument.Expression, name)),
        _ => false,
    };
}
