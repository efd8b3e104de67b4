using BayesGen.SourceGeneration.Emission;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>The fields, properties and methods of a network as its forward names them.</summary>
/// <param name="surface">What is known of them.</param>
internal sealed class GraphMembers(GraphSurface surface)
{
    private readonly MemberNames _accessorNames = new();
    private readonly Dictionary<string, AccessorModel> _accessors = new(StringComparer.Ordinal);

    /// <summary>The accessors that were asked for, in the order of their names.</summary>
    public IEnumerable<AccessorModel> Accessors => _accessors.Values.OrderBy(accessor => accessor.Name, StringComparer.Ordinal);

    /// <summary>The methods of a name, those of the network before those of its base classes.</summary>
    public IEnumerable<GraphMethod> Methods(string name) => surface.Methods.Where(method => method.Name == name);

    /// <summary>Whether the network, a base class or a class around them declares what <c>name(x)</c> calls.</summary>
    public bool IsFunction(string name) => surface.Functions.Contains(name);

    /// <summary>Whether a name is that of a field or property, whatever it holds.</summary>
    public bool IsField(string name) => surface.Fields.ContainsKey(name);

    /// <summary>Whether a name is that of the network's class, of one that it derives from or of one that it stands in.</summary>
    public bool IsOwn(string type) => surface.Classes.Contains(type);

    /// <summary>What a name stands for in a method of the network; nothing where it is no member that a graph knows.</summary>
    /// <param name="name">The name.</param>
    /// <param name="node">Where it stands, for the graph to show.</param>
    public GraphTerm Find(string name, SyntaxNode node)
    {
        if (name == "training")
            return new(TermKind.Flag, "false");
        if (surface.Constants.TryGetValue(name, out var constant) && !constant.IsNone)
            return constant;
        if (!surface.Fields.TryGetValue(name, out var field) || field.Kind == TermKind.None)
            return default;
        var access = field.Access ?? $"{AccessorOf(field).Name}(network)";
        return field.Kind switch
        {
            TermKind.Tensor => new(TermKind.Tensor, $"graph.Constant({access}!, {CSharpText.Literal(GraphReader.TextOf(node))})"),
            TermKind.Modules => new(TermKind.Modules, $"global::System.Linq.Enumerable.ToList({access}!.children())"),
            // What is declared as an interface is a module all the same, as the calls of a graph want it.
            TermKind.Module => new(TermKind.Module, field.IsInterface ? $"((global::TorchSharp.torch.nn.Module){access}!)" : access)
            {
                GivesMany = field.GivesMany,
            },
            _ => new(field.Kind, access) { IsReal = field.IsReal },
        };
    }

    private AccessorModel AccessorOf(GraphField field)
    {
        if (!_accessors.TryGetValue(field.Name, out var accessor))
            _accessors[field.Name] = accessor =
                new(_accessorNames.Add(field.Name) + "InGraph", field.Field, field.Type, field.DeclaringType);
        return accessor;
    }
}
