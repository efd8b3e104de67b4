namespace BayesGen.SourceGeneration.Model;

/// <summary>A field or auto-property that holds a layer, a network or a parameter.</summary>
/// <param name="Key">Its key in the state of the network.</param>
/// <param name="Name">Its name in the maps of the wrapper.</param>
/// <param name="Layer">The type it is declared with, as the developer reads it.</param>
/// <param name="Role">What becomes of its weights.</param>
/// <param name="Access">How generated code gets at its value.</param>
/// <param name="Family">The family of its weights; null unless they are Bayesian.</param>
/// <param name="Options">What the annotation adds to the family.</param>
/// <param name="Weights">Its weights where the layout is proven, else nothing.</param>
/// <param name="IsParameter">Whether it holds a parameter and no layer.</param>
/// <param name="Inner">The network or networks it holds, where they have a wrapper of their own.</param>
/// <param name="IsPublic">Whether everybody who sees the wrapper sees the types in the maps too.</param>
/// <param name="MayBeNormalization">Whether only the runtime can tell a normalization layer, which stays plain.</param>
/// <param name="IsAnnotated">Whether an annotation of its own decides, and not that of the class or those of what it holds.</param>
/// <param name="MayHoldNetworks">Whether what it holds at run time may be, or hold, networks with annotations of their own.</param>
/// <param name="Shape">What its maps name.</param>
internal sealed record MemberModel(
    string Key,
    string Name,
    string Layer,
    MemberRole Role,
    AccessModel Access,
    FamilyModel? Family,
    OptionsModel Options,
    EquatableArray<WeightModel> Weights,
    bool IsParameter,
    InnerModel? Inner,
    bool IsPublic,
    bool MayBeNormalization,
    bool IsAnnotated,
    bool MayHoldNetworks,
    MapShape Shape)
{
    /// <summary>Whether it has weights that are part of the network by itself.</summary>
    public bool HoldsWeights => Role is not (MemberRole.Weightless or MemberRole.Unregistered);

    /// <summary>The method of the wrapper that reads its field; null where it takes none.</summary>
    public string? Accessor => HoldsWeights && Access.Kind == AccessKind.Field ? Name + "Of" : null;

    /// <summary>The network or networks it holds, where their own annotations say what becomes of the weights.</summary>
    public InnerModel? Composed =>
        Role is MemberRole.Composed or MemberRole.ComposedList or MemberRole.ComposedDictionary ? Inner : null;
}

/// <summary>Which weights the maps of a wrapper show as properties.</summary>
internal enum MapShape
{
    /// <summary>None: they are asked for by name.</summary>
    Group,

    /// <summary>The weight.</summary>
    Weight,

    /// <summary>The weight, and the bias that there is or may be.</summary>
    WeightBias,
}

/// <summary>What becomes of a member's weights.</summary>
internal enum MemberRole
{
    /// <summary>They get a posterior.</summary>
    Bayesian,

    /// <summary>They stay plain numbers.</summary>
    Deterministic,

    /// <summary>There are none.</summary>
    Weightless,

    /// <summary>It is an array or list, whose layers TorchSharp does not learn of from it.</summary>
    Unregistered,

    /// <summary>The annotations of the network that it holds say.</summary>
    Composed,

    /// <summary>The annotations of the networks in a ModuleList say.</summary>
    ComposedList,

    /// <summary>The annotations of the networks in a ModuleDict say.</summary>
    ComposedDictionary,
}

/// <summary>A network inside a network.</summary>
/// <param name="Type">Its class.</param>
/// <param name="Wrapper">The wrapper of its class.</param>
/// <param name="IsMany">Whether it stands in a ModuleList or ModuleDict.</param>
internal sealed record InnerModel(string Type, string Wrapper, bool IsMany);

/// <summary>One weight of a layer.</summary>
/// <param name="Name">Its name within the layer; empty for a parameter.</param>
/// <param name="IsBayesian">Whether it has a posterior.</param>
internal sealed record WeightModel(string Name, bool IsBayesian);

/// <summary>A posterior family.</summary>
/// <param name="Type">The posterior class.</param>
/// <param name="Name">The name that the developer uses.</param>
/// <param name="IsPublic">Whether the class is public.</param>
/// <param name="IncludesBias">Whether biases are Bayesian unless the annotation says so; null where that is not known.</param>
/// <param name="ParameterNames">The names of its parameters, or nothing where they are not known.</param>
internal sealed record FamilyModel(
    string Type, string Name, bool IsPublic, bool? IncludesBias, EquatableArray<string> ParameterNames);

/// <summary>What an annotation adds to its family. Null: nothing said.</summary>
/// <param name="PriorType">The class of the prior.</param>
/// <param name="PriorScale">The scale of the prior.</param>
/// <param name="IncludeBias">Whether biases are Bayesian.</param>
/// <param name="InitialLogSigma">The starting value of log sigma.</param>
/// <param name="IsLocal">Whether the noise is moved to the outputs: Estimator.Local.</param>
/// <param name="Groups">The member of UnitAxis that says which slices are units.</param>
internal sealed record OptionsModel(
    string? PriorType, double? PriorScale, bool? IncludeBias, double? InitialLogSigma, bool IsLocal, string? Groups)
{
    public static OptionsModel None { get; } = new(null, null, null, null, false, null);
}

/// <summary>How generated code gets at the value of a member.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Name">The member where it is read directly; the field where it is not; or the name that TorchSharp registers.</param>
/// <param name="Type">The type of the value.</param>
/// <param name="DeclaringType">The class that declares the member, where it is a base class of the network; else null.</param>
/// <param name="MayBeNull">Whether the declaration says that there may be no value.</param>
internal sealed record AccessModel(AccessKind Kind, string Name, string Type, string? DeclaringType, bool MayBeNull);

/// <summary>The ways to the value of a member.</summary>
internal enum AccessKind
{
    /// <summary>The member is visible to generated code.</summary>
    Direct,

    /// <summary>The field is not, but its type is: an unsafe accessor.</summary>
    Field,

    /// <summary>No accessor can be written, as the type cannot be named: the module is asked for by its registered name.</summary>
    RegisteredModule,

    /// <summary>The same for a parameter.</summary>
    RegisteredParameter,
}
