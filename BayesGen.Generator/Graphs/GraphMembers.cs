using System.Globalization;
using BayesGen.SourceGeneration.Emission;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>The fields, properties and methods of a network as its forward names them.</summary>
internal sealed class GraphMembers
{
    private readonly INamedTypeSymbol _network;
    private readonly KnownTypes _known;
    private readonly Dictionary<string, NetworkField> _fields = new(StringComparer.Ordinal);
    private readonly MemberNames _accessorNames = new();
    private readonly Dictionary<string, AccessorModel> _accessors = new(StringComparer.Ordinal);

    public GraphMembers(INamedTypeSymbol network, KnownTypes known)
    {
        (_network, _known) = (network, known);
        foreach (var field in NetworkField.Of(network, known))
            if (!_fields.ContainsKey(field.Member.Name))
                _fields[field.Member.Name] = field;
    }

    public INamedTypeSymbol Network => _network;

    /// <summary>The accessors that were asked for, in the order of their names.</summary>
    public IEnumerable<AccessorModel> Accessors => _accessors.Values.OrderBy(accessor => accessor.Name, StringComparer.Ordinal);

    /// <summary>The methods of a name, those of the network before those of its base classes.</summary>
    public IEnumerable<IMethodSymbol> Methods(string name) => _network.SelfAndBases()
        .TakeWhile(type => !_known.IsTorchSharp(type))
        .SelectMany(type => type.GetMembers(name).OfType<IMethodSymbol>());

    /// <summary>Whether a name is that of the network's class, of one that it derives from or of one that it stands in.</summary>
    public bool IsOwn(string type) => _network.SelfAndBases()
        .TakeWhile(known => !_known.IsTorchSharp(known))
        .SelectMany(known => known.SelfAndContainers())
        .Any(known => known.Name == type);

    /// <summary>What a name stands for in a method of the network; nothing where it is no member that a graph knows.</summary>
    public GraphTerm Find(string name, string source)
    {
        if (name == "training")
            return new(TermKind.Flag, "false");
        if (ConstantOf(name) is { } constant)
            return constant;
        if (!_fields.TryGetValue(name, out var field))
            return default;
        var type = field.Field.Type;
        if (Access(field) is not { } access)
            return default;
        if (_known.IsTensor(type) || type.DerivesFrom(_known.Parameter))
            return new(TermKind.Tensor, $"graph.Constant({access}!, {CSharpText.Literal(source)})");
        if (type.DerivesFrom(_known.Module) || type is { TypeKind: TypeKind.Interface, Name: "IModule" })
            return type.Name is "ModuleList"
                ? new(TermKind.Modules, $"global::System.Linq.Enumerable.ToList({access}!.children())")
                : new(TermKind.Module, OfModule(type, access), type);
        return type.SpecialType switch
        {
            SpecialType.System_Int32 or SpecialType.System_Int64 => new(TermKind.Number, access),
            SpecialType.System_Double or SpecialType.System_Single => new(TermKind.Number, access) { IsReal = true },
            SpecialType.System_Boolean => new(TermKind.Flag, access),
            _ => default,
        };
    }

    /// <summary>What is declared as an interface is a module all the same, as the calls of a graph want it.</summary>
    private static string OfModule(ITypeSymbol type, string access) => type.TypeKind == TypeKind.Interface
        ? $"((global::TorchSharp.torch.nn.Module){access}!)"
        : access;

    private GraphTerm? ConstantOf(string name)
    {
        var constant = _network.SelfAndBases()
            .TakeWhile(type => !_known.IsTorchSharp(type))
            .SelectMany(type => type.SelfAndContainers())
            .SelectMany(type => type.GetMembers(name).OfType<IFieldSymbol>())
            .FirstOrDefault(field => field.HasConstantValue)?.ConstantValue;
        return constant switch
        {
            bool flag => new(TermKind.Flag, flag ? "true" : "false"),
            int or long or short or byte => new(TermKind.Number, Convert.ToString(constant, CultureInfo.InvariantCulture)),
            double or float => new(TermKind.Number, CSharpText.Literal(Convert.ToDouble(constant, CultureInfo.InvariantCulture)))
            {
                IsReal = true,
            },
            _ => null,
        };
    }

    /// <summary>How generated code reads a field; null where it cannot.</summary>
    private string? Access(NetworkField field)
    {
        ITypeSymbol type = field.Field.Type;
        var declaring = field.Type;
        var isReadable = _known.CanName(declaring) && (field.Member is IPropertySymbol property
            ? property.GetMethod is { } getter && _known.Compilation.IsSymbolAccessibleWithin(getter, _known.Compilation.Assembly)
            : _known.Compilation.IsSymbolAccessibleWithin(field.Field, _known.Compilation.Assembly));
        if (isReadable)
            return SymbolEqualityComparer.Default.Equals(declaring, _network)
                ? $"network.{MemberNames.Escaped(field.Member.Name)}"
                : $"(({declaring.FullName()})network).{MemberNames.Escaped(field.Member.Name)}";
        if (_known.CanName(declaring) && _known.CanName(type) && !declaring.SelfAndContainers().Any(outer => outer.IsGenericType))
        {
            if (!_accessors.TryGetValue(field.Member.Name, out var accessor))
                _accessors[field.Member.Name] = accessor = new(
                    _accessorNames.Add(field.Member.Name) + "InGraph", field.Field.Name, type.FullName(), declaring.FullName());
            return $"{accessor.Name}(network)";
        }

        if (!type.DerivesFrom(_known.Module))
            return null;
        var registered = CSharpText.Literal(NetworkField.ComponentNameOf(field.Field) ?? field.Field.Name);
        return $"{RuntimeNames.AnnotatedNetworks}.RegisteredLayer(network, {registered}, isRequired: false)";
    }
}
