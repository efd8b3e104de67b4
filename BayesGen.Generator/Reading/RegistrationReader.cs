using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Reads whether TorchSharp learns of the layers of a network. What the source does not prove wrong is taken for right.</summary>
/// <param name="network">The network.</param>
/// <param name="known">The types to ask about.</param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class RegistrationReader(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
{
    /// <summary>The property of a finding that says what repairs it: <see cref="CallIt"/> or <see cref="CallItLater"/>.</summary>
    public const string RepairProperty = "Repair";

    /// <summary>The constructors have to call RegisterComponents.</summary>
    public const string CallIt = "Call";

    /// <summary>The constructor has to call RegisterComponents behind the assignment.</summary>
    public const string CallItLater = "CallLater";

    private const string RegisterAll = "RegisterComponents";

    private readonly List<SyntaxNode> _body = [.. BodyOf(network, cancellation)];

    public IEnumerable<Finding> Read()
    {
        var chain = network.SelfAndBases().TakeWhile(type => !known.IsTorchSharp(type)).ToList();
        // Modules like Sequential register in ways of their own, and a class without source may do anything.
        if (!SymbolEqualityComparer.Default.Equals(chain[chain.Count - 1].BaseType, known.ModuleBaseOf(network))
            || chain.Any(type => type.DeclaringSyntaxReferences.IsEmpty))
            return [];
        var names = chain.SelectMany(type => BodyOf(type, cancellation)).Select(CalledName).Where(name => name is not null).ToList();
        if (names.Any(name => name is "register_module" or "add_module" or "register_parameter"))
            return []; // Somebody registers by hand.
        if (!names.Contains(RegisterAll))
            return network.IsAbstract ? [] : NeverCalled();
        var tooLate = AssignedTooLate().ToList();
        return (tooLate.Count > 0 ? tooLate : new LateLayerReader(network, known, cancellation).Read()).Concat(InCollections());
    }

    private IEnumerable<Finding> NeverCalled()
    {
        var visited = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var layers = new MemberReader(network, known, [], visited, cancellation).Read().Members
            .Where(member => member.HoldsWeights && member.Role != MemberRole.Deterministic)
            .Select(member => $"'{member.Key}'")
            .ToList();
        if (layers.Count > 0)
            yield return new Finding(
                Descriptors.NotRegistered,
                network.Locations.FirstOrDefault() ?? Location.None,
                network,
                string.Join(", ", layers) + (layers.Count == 1 ? " is" : " are"),
                $"no constructor of {network.ShortName()} calls RegisterComponents(); call it at the end of the constructor")
            {
                Properties = Repair(CallIt),
            };
    }

    /// <summary>Layers whose every assignment stands after the RegisterComponents() of its constructor.</summary>
    private IEnumerable<Finding> AssignedTooLate()
    {
        foreach (var (field, member) in Fields().Where(pair =>
            LayerCatalog.KindOf(pair.Field.Type, known) is not (LayerKind.NotALayer or LayerKind.Open or LayerKind.Weightless)))
        {
            if (HasInitializer(member))
                continue;
            var assignments = _body.OfType<AssignmentExpressionSyntax>().Where(node => Names(node.Left, member.Name)).ToList();
            if (assignments.Count > 0 && assignments.All(IsTooLate))
                foreach (var assignment in assignments)
                    yield return new Finding(
                        Descriptors.NotRegistered,
                        assignment.Left.GetLocation(),
                        network,
                        $"'{member.Name}' is",
                        "RegisterComponents() looks at the fields before it is assigned; assign it first")
                    {
                        Properties = Repair(CallItLater),
                    };
        }
    }

    private static ImmutableDictionary<string, string?> Repair(string what) =>
        DiagnosticProperty.Of(RepairProperty, what);

    private static bool IsTooLate(AssignmentExpressionSyntax assignment) =>
        assignment.Parent is ExpressionStatementSyntax { Parent: BlockSyntax block } statement
        && block.Parent is ConstructorDeclarationSyntax constructor
        && !(constructor.Initializer?.IsKind(SyntaxKind.ThisConstructorInitializer) ?? false)
        && block.Statements.TakeWhile(earlier => earlier != statement).OfType<ExpressionStatementSyntax>()
            .Any(earlier => CalledName(earlier.Expression) == RegisterAll);

    /// <summary>Layers that are made inside of an array, a list, a tuple or a record, where TorchSharp does not look.</summary>
    private IEnumerable<Finding> InCollections()
    {
        foreach (var (field, member) in Fields())
        {
            if (member.Find(known.BayesianAttribute) is not null
                || LayerCatalog.IsLayer(field.Type, known)
                || AdviceFor(field.Type) is not { } advice
                || IsHandedOn(member) || !ContentsOf(member).Any(MakesALayer))
                continue;
            yield return new Finding(
                Descriptors.NotRegistered,
                member.Locations.FirstOrDefault() ?? Location.None,
                network,
                $"The layers in '{member.Name}' are",
                $"it does not look into {field.Type.ShortName()}; {advice}");
        }
    }

    /// <summary>What to hold layers in instead of an array, a collection, a tuple or a record; null for any other type.</summary>
    private string? AdviceFor(ITypeSymbol type)
    {
        if (CollectionOfLayers.ElementOf(type, known) is { } element)
            return $"use {(CollectionOfLayers.IsDictionary(type) ? "ModuleDict" : "ModuleList")}<{element.ShortName()}>";
        var parts = type is INamedTypeSymbol { IsTupleType: true } tuple ? tuple.TupleElements.Select(part => part.Type)
            : type is { IsRecord: true } ? type.GetMembers().OfType<IPropertySymbol>().Select(part => part.Type)
            : [];
        return parts.Any(part => LayerCatalog.KindOf(part, known) is LayerKind.WeightAndBias or LayerKind.Weight or LayerKind.Named
            or LayerKind.Normalization or LayerKind.Any)
            ? "give each layer a field of its own"
            : null;
    }

    /// <summary>Fields and auto-properties of this class.</summary>
    private IEnumerable<(IFieldSymbol Field, ISymbol Member)> Fields() => network.GetMembers().OfType<IFieldSymbol>()
        .Where(field => !field.IsStatic && (field.AssociatedSymbol is IPropertySymbol || field.CanBeReferencedByName))
        .Select(field => (field, field.AssociatedSymbol ?? field));

    /// <summary>What is put into a collection: its initializer, what is assigned to it or to a place in it, and what is added.</summary>
    private IEnumerable<SyntaxNode> ContentsOf(ISymbol member) => _body
        .Select(node => node switch
        {
            VariableDeclaratorSyntax { Initializer.Value: var value } variable when variable.Identifier.ValueText == member.Name => value,
            PropertyDeclarationSyntax { Initializer.Value: var value } property when property.Identifier.ValueText == member.Name => value,
            AssignmentExpressionSyntax { Left: ElementAccessExpressionSyntax place } assignment when Names(place.Expression, member.Name) =>
                assignment.Right,
            AssignmentExpressionSyntax assignment when Names(assignment.Left, member.Name) => assignment.Right,
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Add" } access } call
                when Names(access.Expression, member.Name) => call.ArgumentList,
            _ => (SyntaxNode?)null,
        })
        .OfType<SyntaxNode>();

    private bool MakesALayer(SyntaxNode contents) => LayerMaking.IsIn(contents, known, cancellation);

    /// <summary>Whether the collection goes into a module, which then registers what is in it.</summary>
    private bool IsHandedOn(ISymbol member) => _body.OfType<IdentifierNameSyntax>().Any(name =>
        name.Identifier.ValueText == member.Name
        && name.Ancestors().OfType<ArgumentListSyntax>().Any(arguments => SymbolOf(arguments.Parent!) is IMethodSymbol called
            && (called.MethodKind == MethodKind.Constructor ? called.ContainingType : called.ReturnType).DerivesFrom(known.Module)));

    private ISymbol? SymbolOf(SyntaxNode node) =>
        known.Compilation.GetSemanticModel(node.SyntaxTree).GetSymbolInfo(node, cancellation).Symbol;

    private bool HasInitializer(ISymbol member) => member.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(cancellation)
        is VariableDeclaratorSyntax { Initializer: not null } or PropertyDeclarationSyntax { Initializer: not null });

    private static IEnumerable<SyntaxNode> BodyOf(INamedTypeSymbol type, CancellationToken cancellation) =>
        type.DeclaringSyntaxReferences.SelectMany(reference => reference.GetSyntax(cancellation).DescendantNodes());

    private static string? CalledName(SyntaxNode node) => node is not InvocationExpressionSyntax call ? null : call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };

    private static bool Names(ExpressionSyntax target, string name) => target switch
    {
        IdentifierNameSyntax identifier => identifier.Identifier.ValueText == name,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access => access.Name.Identifier.ValueText == name,
        TupleExpressionSyntax tuple => tuple.Arguments.Any(argument => Names(argument.Expression, name)),
        _ => false,
    };
}
