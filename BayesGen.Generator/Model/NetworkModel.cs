namespace BayesGen.SourceGeneration.Model;

/// <summary>What the file of a wrapper says. An edit of forward changes nothing of it.</summary>
/// <param name="Host">The names of the network and of its wrapper.</param>
/// <param name="Forward">The signature of the forward pass.</param>
/// <param name="OfClass">What the annotation of the class says about every layer; null where there is none.</param>
/// <param name="Members">The fields and properties that hold layers, in the order in which TorchSharp registers them.</param>
/// <param name="FormerNames">What the saved ones among them, and the buffers, were once called.</param>
/// <param name="Families">Every family of the network, those of the networks in it included.</param>
/// <param name="DefaultLoss">The loss of a trainer that is made without one.</param>
/// <param name="HasIvon">Whether IVON can train it: every posterior Gaussian, under a Gaussian prior.</param>
/// <param name="Refusal">Why the class cannot be wrapped as it is, for the bodies of the wrapper to say; null where it can.</param>
internal sealed record NetworkModel(
    HostModel Host,
    ForwardModel Forward,
    ClassModel? OfClass,
    EquatableArray<MemberModel> Members,
    EquatableArray<FormerNameModel> FormerNames,
    EquatableArray<FamilyModel> Families,
    string DefaultLoss,
    bool HasIvon,
    string? Refusal)
{
    /// <summary>Whether there is a wrapper that works, and so a graph.</summary>
    public bool HasGraph => !Host.IsAbstract && Refusal is null;
}

/// <summary>Everything that the generated files of a network say.</summary>
/// <param name="Network">The file of the wrapper: the same object for as long as it says the same, so that a comparison is short.</param>
/// <param name="Graph">What forward computes; null where the network has no graph.</param>
internal sealed record NetworkFiles(NetworkModel Network, GraphModel? Graph)
{
    /// <summary>What the file of the graph says.</summary>
    public GraphFileModel? GraphFile => Graph is null ? null : new(Network.Host, Graph);
}

/// <summary>An annotation of a class, its own or that of a base class.</summary>
/// <param name="Family">The family of every layer that nothing else is said about.</param>
/// <param name="Options">What the annotation adds.</param>
internal sealed record ClassModel(FamilyModel Family, OptionsModel Options);

/// <summary>The names of a network and its wrapper.</summary>
/// <param name="HintName">The name of the generated file.</param>
/// <param name="Namespace">The namespace of both, or null for the global one.</param>
/// <param name="Accessibility">What the wrapper is declared as.</param>
/// <param name="WrapperName">The name of the wrapper.</param>
/// <param name="TypeParameters">The type parameters of a generic network in angle brackets, or nothing.</param>
/// <param name="Constraints">Their constraints, or nothing.</param>
/// <param name="NetworkType">The network.</param>
/// <param name="NetworkName">The network as the developer calls it.</param>
/// <param name="IsAbstract">Whether there is no wrapper, and what is written speaks for the classes that derive from the network.</param>
/// <param name="Silenced">The ids of warnings about the types that the generated file names.</param>
/// <param name="Warnings">The attributes that warn whoever uses the network, in brackets; the wrapper warns as well.</param>
internal sealed record HostModel(
    string HintName,
    string? Namespace,
    string Accessibility,
    string WrapperName,
    string TypeParameters,
    string Constraints,
    string NetworkType,
    string NetworkName,
    bool IsAbstract,
    EquatableArray<string> Silenced,
    EquatableArray<string> Warnings)
{
    /// <summary>What the names of generated files end with.</summary>
    public const string Ending = ".g.cs";
}

/// <summary>The signature of the forward pass.</summary>
/// <param name="BaseType">The TorchSharp module class that the network derives from.</param>
/// <param name="Inputs">What goes in.</param>
/// <param name="Result">What comes out.</param>
/// <param name="IsTensorToTensor">Whether a batch of one tensor can be passed as it is.</param>
/// <param name="MayBeNull">Whether the declaration says that there may be no result.</param>
internal sealed record ForwardModel(
    string BaseType, EquatableArray<InputModel> Inputs, string Result, bool IsTensorToTensor, bool MayBeNull);

/// <summary>One input of the forward pass.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its name.</param>
internal sealed record InputModel(string Type, string Name);
