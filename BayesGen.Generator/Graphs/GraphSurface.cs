using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>
/// All that the reading of a graph takes from symbols, as plain facts. Bodies of methods change none of it, so it is remembered from one
/// keystroke to the next: to bind the types of the members of a network again costs more than to read its methods.
/// </summary>
/// <param name="Name">The network as the developer calls it.</param>
/// <param name="Type">The network as generated code names it.</param>
/// <param name="Fields">What its fields and properties stand for, by name.</param>
/// <param name="Constants">The constants that its methods see, by name.</param>
/// <param name="Methods">Its methods, those of the network before those of its base classes.</param>
/// <param name="Classes">The names of its class, of those that it derives from and of those that they stand in.</param>
/// <param name="Functions">What these classes declare that can be called; a function of Torch cannot be meant by such a name.</param>
internal sealed record GraphSurface(
    string Name,
    string Type,
    IReadOnlyDictionary<string, GraphField> Fields,
    IReadOnlyDictionary<string, GraphTerm> Constants,
    IReadOnlyList<GraphMethod> Methods,
    IReadOnlyCollection<string> Classes,
    IReadOnlyCollection<string> Functions)
{
    /// <summary>Whether every method can be found again in a later version of its file.</summary>
    public bool IsLasting => Methods.All(method => !method.IsLost);
}

/// <summary>A field or property of a network.</summary>
/// <param name="Kind">What it holds; none where a graph does not know it.</param>
/// <param name="Name">The field or property.</param>
/// <param name="Access">How generated code reads it; null where it takes an accessor.</param>
/// <param name="Field">The field that the accessor reads.</param>
/// <param name="Type">Its type.</param>
/// <param name="DeclaringType">The class that declares it.</param>
internal sealed record GraphField(TermKind Kind, string Name, string? Access, string Field, string Type, string DeclaringType)
{
    /// <summary>Of a number: whether it may have a fraction.</summary>
    public bool IsReal { get; init; }

    /// <summary>Of a module: whether it is declared as an interface, which the calls of a graph do not take.</summary>
    public bool IsInterface { get; init; }

    /// <summary>Of a module: whether it gives several tensors.</summary>
    public bool GivesMany { get; init; }
}

/// <summary>A method of a network or of a base class.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Class">The class that declares it.</param>
/// <param name="Depth">How many classes lie between that one and the network; 0 is the network's own.</param>
/// <param name="Result">What it gives; none where a graph does not know it.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="IsOverride">Whether it overrides one of a base class.</param>
/// <param name="IsGeneric">Whether it has type parameters.</param>
/// <param name="Source">Its source where that is in a file of its own; null in the file that is edited, or where there is none.</param>
/// <param name="Place">The number of its first token in the file that is edited; negative elsewhere.</param>
internal sealed record GraphMethod(
    string Name,
    string Class,
    int Depth,
    TermKind Result,
    IReadOnlyList<GraphParameter> Parameters,
    bool IsOverride,
    bool IsGeneric,
    SyntaxReference? Source,
    int Place)
{
    /// <summary>Whether it is in the file that is edited and cannot be found there again, as its first token is missing.</summary>
    public bool IsLost { get; init; }

    /// <summary>Whether a class that is nearer to the network overrides it, so that base. alone means it.</summary>
    public bool IsOverridden { get; init; }
}

/// <summary>A parameter of a method.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsTensor">Whether it takes a tensor.</param>
/// <param name="Primitive">Its type where that is a number or a truth value.</param>
/// <param name="IsReal">Whether it is a number that may have a fraction.</param>
internal sealed record GraphParameter(string Name, bool IsTensor, string? Primitive, bool IsReal);
