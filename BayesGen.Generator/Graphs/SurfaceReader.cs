using System.Globalization;
using BayesGen.SourceGeneration.Emission;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>Reads what a graph has to know of a network besides the bodies of its methods.</summary>
internal static class SurfaceReader
{
    /// <summary>The surface of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="known">The types of TorchSharp.</param>
    /// <param name="model">What its wrapper says, whose ways to fields serve here too; null where nothing is written.</param>
    /// <param name="edited">The file that is edited, of which nothing is to be kept; null where the surface is used at once.</param>
    public static GraphSurface Read(INamedTypeSymbol network, KnownTypes known, NetworkModel? model = null, EditedFile? edited = null)
    {
        List<INamedTypeSymbol> classes = [.. network.SelfAndBases().TakeWhile(type => !known.IsTorchSharp(type))];
        var fields = new Dictionary<string, GraphField>(StringComparer.Ordinal);
        foreach (var field in NetworkField.Of(network, known))
            if (!fields.ContainsKey(field.Member.Name))
                fields[field.Member.Name] = FieldOf(field, network, known, model);
        var constants = new Dictionary<string, GraphTerm>(StringComparer.Ordinal);
        foreach (var constant in classes.SelectMany(type => type.SelfAndContainers())
            .SelectMany(type => type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue)))
            if (!constants.ContainsKey(constant.Name))
                constants[constant.Name] = TermOf(constant.ConstantValue);
        List<(IMethodSymbol Method, int Depth)> methods = [.. classes.SelectMany((type, depth) => type.GetMembers()
            .OfType<IMethodSymbol>().Where(method => method.MethodKind == MethodKind.Ordinary).Select(method => (method, depth)))];
        var overridden = new HashSet<ISymbol>(
            methods.Select(pair => pair.Method.OverriddenMethod?.OriginalDefinition).OfType<ISymbol>(), SymbolEqualityComparer.Default);
        List<INamedTypeSymbol> scopes = [.. classes.SelectMany(type => type.SelfAndContainers())];
        return new(
            network.Name, network.FullName(), fields, constants,
            [.. methods.Select(pair => MethodOf(pair.Method, pair.Depth, known, edited) with
            {
                IsOverridden = overridden.Contains(pair.Method.OriginalDefinition),
            })],
            new HashSet<string>(scopes.Select(type => type.Name)),
            new HashSet<string>(scopes.SelectMany(type => type.GetMembers()).Concat(ParametersOf(network)).Where(IsInvocable)
                .Select(member => member.Name)));
    }

    /// <summary>The parameters of a primary constructor, which every method of the class sees.</summary>
    private static IEnumerable<ISymbol> ParametersOf(INamedTypeSymbol network) => network.InstanceConstructors
        .Where(constructor => constructor.DeclaringSyntaxReferences.Any(source => source.GetSyntax() is TypeDeclarationSyntax))
        .SelectMany(constructor => constructor.Parameters);

    /// <summary>Whether <c>name(x)</c> can mean it; what cannot be called hides no function.</summary>
    private static bool IsInvocable(ISymbol member) => member switch
    {
        IMethodSymbol method => method.MethodKind == MethodKind.Ordinary,
        IFieldSymbol field => IsCallable(field.Type),
        IPropertySymbol property => IsCallable(property.Type),
        IParameterSymbol parameter => IsCallable(parameter.Type),
        _ => member.Kind == SymbolKind.Event,
    };

    private static bool IsCallable(ITypeSymbol type) => type.TypeKind is TypeKind.Delegate or TypeKind.Dynamic;

    private static GraphMethod MethodOf(IMethodSymbol method, int depth, KnownTypes known, EditedFile? edited)
    {
        var source = method.DeclaringSyntaxReferences.FirstOrDefault();
        var place = source?.SyntaxTree == edited?.Tree ? edited?.PlaceOf(source!.GetSyntax()) : null;
        return new(
            method.Name, method.ContainingType.Name, depth, KindOf(method.ReturnType, known),
            [.. method.Parameters.Select(parameter => new GraphParameter(
                parameter.Name, known.IsTensor(parameter.Type), PrimitiveOf(parameter.Type), IsReal(parameter.Type)))],
            method.IsOverride, method.IsGenericMethod, place is null ? source : null, place ?? -1)
        { IsLost = place < 0 };
    }

    private static GraphField FieldOf(NetworkField field, INamedTypeSymbol network, KnownTypes known, NetworkModel? model)
    {
        var type = field.Field.Type;
        var (isReachable, access) = AccessOf(field, network, known);
        if (isReachable && access is null && AccessorOf(field, network, model) is { } accessor)
            access = $"{accessor}(network)";
        return new(
            isReachable ? KindOfField(type, known) : TermKind.None, field.Member.Name, access, field.Field.Name, type.FullName(),
            field.Type.FullName())
        {
            IsReal = IsReal(type),
            IsInterface = type.TypeKind == TypeKind.Interface,
            GivesMany = type.SelfAndBases()
                .FirstOrDefault(candidate => candidate.Name == "Module" && candidate.TypeArguments.Length > 1)
                ?.TypeArguments.Last() is INamedTypeSymbol { Name: "ValueTuple" or "Tuple" },
        };
    }

    private static TermKind KindOfField(ITypeSymbol type, KnownTypes known)
    {
        if (known.IsTensor(type) || type.DerivesFrom(known.Parameter))
            return TermKind.Tensor;
        if (type.DerivesFrom(known.Module) || type is { TypeKind: TypeKind.Interface, Name: "IModule" })
            return type.Name is "ModuleList" ? TermKind.Modules : TermKind.Module;
        return type.SpecialType switch
        {
            SpecialType.System_Boolean => TermKind.Flag,
            _ when PrimitiveOf(type) is not null => TermKind.Number,
            _ => TermKind.None,
        };
    }

    /// <summary>How generated code reads a field; null for an accessor, and whether there is any way.</summary>
    private static (bool IsReachable, string? Access) AccessOf(NetworkField field, INamedTypeSymbol network, KnownTypes known)
    {
        var (type, declaring) = (field.Field.Type, field.Type);
        var isReadable = known.CanName(declaring) && (field.Member is IPropertySymbol property
            ? property.GetMethod is { } getter && known.Compilation.IsSymbolAccessibleWithin(getter, known.Compilation.Assembly)
            : known.Compilation.IsSymbolAccessibleWithin(field.Field, known.Compilation.Assembly));
        if (isReadable)
            return (true, SymbolEqualityComparer.Default.Equals(declaring, network)
                ? $"network.{MemberNames.Escaped(field.Member.Name)}"
                : $"(({declaring.FullName()})network).{MemberNames.Escaped(field.Member.Name)}");
        if (known.CanName(declaring) && known.CanName(type) && !declaring.SelfAndContainers().Any(outer => outer.IsGenericType))
            return (true, null);
        if (!type.DerivesFrom(known.Module))
            return (false, null);
        var registered = CSharpText.Literal(NetworkField.ComponentNameOf(field.Field) ?? field.Field.Name);
        return (true, $"{RuntimeNames.AnnotatedNetworks}.RegisteredLayer(network, {registered}, isRequired: false)");
    }

    /// <summary>The accessor of a field that the wrapper has anyway.</summary>
    private static string? AccessorOf(NetworkField field, INamedTypeSymbol network, NetworkModel? model)
    {
        var declaring = SymbolEqualityComparer.Default.Equals(field.Type, network) ? null : field.Type.FullName();
        return model?.Members.FirstOrDefault(member =>
            member.Accessor is not null && member.Access.Name == field.Field.Name && member.Access.DeclaringType == declaring)?.Accessor;
    }

    private static TermKind KindOf(ITypeSymbol type, KnownTypes known) =>
        known.IsTensor(type) ? TermKind.Tensor
        : type is IArrayTypeSymbol array && known.IsTensor(array.ElementType)
            || type is INamedTypeSymbol { IsTupleType: true } tuple && tuple.TupleElements.All(element => known.IsTensor(element.Type))
            ? TermKind.Tensors
            : TermKind.None;

    private static GraphTerm TermOf(object? constant) => constant switch
    {
        bool flag => new(TermKind.Flag, flag ? "true" : "false"),
        int or long or short or byte => new(TermKind.Number, Convert.ToString(constant, CultureInfo.InvariantCulture)),
        double or float => new(TermKind.Number, CSharpText.Literal(Convert.ToDouble(constant, CultureInfo.InvariantCulture)))
        {
            IsReal = true,
        },
        _ => default,
    };

    private static string? PrimitiveOf(ITypeSymbol type) => type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64
        or SpecialType.System_Double or SpecialType.System_Single or SpecialType.System_Boolean ? type.ToDisplayString() : null;

    private static bool IsReal(ITypeSymbol type) => type.SpecialType is SpecialType.System_Double or SpecialType.System_Single;
}
