using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>What a field's declared type says about the weights that it holds.</summary>
internal enum LayerKind
{
    /// <summary>Neither a module nor a parameter.</summary>
    NotALayer,

    /// <summary>A parameter of the network's own.</summary>
    Parameter,

    /// <summary>A module without weights.</summary>
    Weightless,

    /// <summary>A normalization layer.</summary>
    Normalization,

    /// <summary>A layer with <c>weight</c> and, unless told otherwise, <c>bias</c>.</summary>
    WeightAndBias,

    /// <summary>A layer with <c>weight</c> alone.</summary>
    Weight,

    /// <summary>A module whose weights have other names, or a class of the developer's own.</summary>
    Named,

    /// <summary>Declared so loosely that it may hold any module, a normalization layer included.</summary>
    Any,

    /// <summary>Any interface but IModule, object, dynamic or a type parameter: it may hold a module, a parameter or neither.</summary>
    Open,
}

/// <summary>What each layer of TorchSharp holds.</summary>
internal static class LayerCatalog
{
    public static LayerKind KindOf(ITypeSymbol type, KnownTypes known)
    {
        if (type.DerivesFrom(known.Parameter))
            return LayerKind.Parameter;
        if (type.TypeKind == TypeKind.Interface)
            return IsModuleInterface(type, known) ? LayerKind.Any : LayerKind.Open;
        if (type.SpecialType == SpecialType.System_Object || type.TypeKind is TypeKind.Dynamic or TypeKind.TypeParameter)
            return LayerKind.Open;
        if (!type.DerivesFrom(known.Module))
            return LayerKind.NotALayer;
        return known.IsTorchSharp(type) ? KindOfShipped(type) : LayerKind.Named;
    }

    private static LayerKind KindOfShipped(ITypeSymbol type)
    {
        if (type.AllInterfaces.Any(candidate => candidate.Name == "IParameterLessModule")
            || type.SelfAndBases().Any(candidate => candidate.Name == "Loss"))
            return LayerKind.Weightless;
        if (type.SelfAndBases().Any(candidate => candidate.Name is "NormBase" or "LayerNorm" or "GroupNorm"))
            return LayerKind.Normalization;
        return type.Name switch
        {
            "Linear" or "Bilinear" or "Conv1d" or "Conv2d" or "Conv3d" => LayerKind.WeightAndBias,
            "ConvTranspose1d" or "ConvTranspose2d" or "ConvTranspose3d" => LayerKind.WeightAndBias,
            "Embedding" or "EmbeddingBag" => LayerKind.Weight,
            "Module" or "HookableModule" => LayerKind.Any,
            _ => LayerKind.Named,
        };
    }

    /// <summary>
    /// Whether the outputs of a layer are Gaussian given its inputs, so that Estimator.Local can be used; null where only the runtime
    /// knows the layer.
    /// </summary>
    public static bool? SupportsLocal(ITypeSymbol type, KnownTypes known) => KindOf(type, known) switch
    {
        LayerKind.Any or LayerKind.Open => null,
        LayerKind.Named when !known.IsTorchSharp(type) || type.Name is "Sequential" or "ModuleList" or "ModuleDict" => null,
        LayerKind.WeightAndBias => type.Name is "Linear" or "Conv1d" or "Conv2d" or "Conv3d",
        _ => false,
    };

    /// <summary>
    /// Whether what a member holds at run time may be, or hold, a network with annotations that its declaration does not tell.
    /// </summary>
    public static bool MayHoldNetworks(ITypeSymbol type, KnownTypes known) => KindOf(type, known) switch
    {
        LayerKind.Any or LayerKind.Open => true,
        LayerKind.Named => !known.IsTorchSharp(type) || type.Name is "Sequential" or "ModuleList" or "ModuleDict",
        _ => false,
    };

    /// <summary>Whether a member is part of a network by its type alone; what is open is so where an annotation says so.</summary>
    public static bool IsLayer(ITypeSymbol type, KnownTypes known) => KindOf(type, known) is not (LayerKind.NotALayer or LayerKind.Open);

    private static bool IsModuleInterface(ITypeSymbol type, KnownTypes known) => type.Name == "IModule" && known.IsTorchSharp(type);
}
