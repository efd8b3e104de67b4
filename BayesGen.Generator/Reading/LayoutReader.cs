using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Proves from a field's type and initializer which weights a layer has.</summary>
internal static class LayoutReader
{
    /// <summary>The weights of a layer, or nothing where they are not proven.</summary>
    /// <param name="kind">What the declared type says.</param>
    /// <param name="field">The field, or the one behind the auto-property.</param>
    /// <param name="member">The field or property.</param>
    /// <param name="biasIsBayesian">Whether a bias gets a posterior; null where that is not known.</param>
    /// <param name="isBayesian">Whether the weight gets a posterior.</param>
    /// <param name="known">The types to ask about.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static EquatableArray<WeightModel> Read(
        LayerKind kind, IFieldSymbol field, ISymbol member, bool isBayesian, bool? biasIsBayesian, KnownTypes known,
        CancellationToken cancellation)
    {
        var weight = new WeightModel("weight", isBayesian);
        if (kind == LayerKind.Weight)
            return new([weight]);
        if (kind != LayerKind.WeightAndBias || HasBias(field, member, known, cancellation) is not { } hasBias)
            return EquatableArray<WeightModel>.Empty;
        if (!hasBias)
            return new([weight]);
        return biasIsBayesian is { } both ? new([weight, new WeightModel("bias", both)]) : EquatableArray<WeightModel>.Empty;
    }

    /// <summary>Whether the initializer makes a bias; null where it does not say, or where another value may replace it.</summary>
    private static bool? HasBias(IFieldSymbol field, ISymbol member, KnownTypes known, CancellationToken cancellation)
    {
        if (DeclaredValue.InitializerOf(member, cancellation) is not { } initializer || DeclaredValue.IsReplaced(member, cancellation)
            || known.SemanticsOf(initializer) is not { } semantics)
            return null;
        if (DeclaredValue.Unconverted(semantics.GetOperation(initializer, cancellation)) is not IInvocationOperation call
            || call.TargetMethod.Name != field.Type.Name
            || !SymbolEqualityComparer.Default.Equals(call.TargetMethod.ReturnType, field.Type))
            return null;
        var bias = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name is "bias" or "hasBias");
        return bias?.Value.ConstantValue is { HasValue: true, Value: bool value } ? value : null;
    }
}
