using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Layers;

/// <summary>
/// Which layers have no units, or none along an axis, as far as a declaration tells. The runtime asks the layers themselves, in the same
/// words.
/// </summary>
internal static class UnitCatalog
{
    /// <summary>Why what a field holds has no units at all; null where it has, or where only the runtime knows.</summary>
    public static string? ReasonAgainst(ITypeSymbol type, KnownTypes known) => LayerCatalog.KindOf(type, known) switch
    {
        LayerKind.Parameter => "a Parameter belongs to no layer that says which of its dimensions are inputs",
        LayerKind.Normalization => "a normalization layer scales features one by one, and connects none",
        LayerKind.Named when known.IsTorchSharp(type) && type.Name == "PReLU" =>
            "a unit is a slice, and the weight has one dimension",
        _ => null,
    };

    /// <summary>Why a layer has no units along an axis; null where it has, or where only the runtime knows.</summary>
    /// <param name="type">What the field is declared as.</param>
    /// <param name="axis">A member of UnitAxis.</param>
    /// <param name="known">The types to ask about.</param>
    public static string? ReasonAgainst(ITypeSymbol type, string axis, KnownTypes known) =>
        !known.IsTorchSharp(type) ? null : (type.Name, axis) switch
        {
            ("Bilinear", "Inputs") => "it has two inputs; use UnitAxis.Default, the features of the second, or UnitAxis.Outputs",
            ("LSTM" or "GRU" or "LSTMCell" or "GRUCell", "Outputs") =>
                "the rows of its gates lie below each other in one weight, so that a hidden unit is no slice of it; use UnitAxis.Inputs",
            ("MultiheadAttention" or "Transformer" or "TransformerEncoder" or "TransformerDecoder" or "TransformerEncoderLayer"
                or "TransformerDecoderLayer", "Outputs") =>
                "which dimension of its weights its outputs lie along is not known; use UnitAxis.Inputs",
            _ => null,
        };
}
