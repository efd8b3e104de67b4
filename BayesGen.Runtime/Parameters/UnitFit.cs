using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>What a family with numbers for units asks of a layer.</summary>
internal static class UnitFit
{
    /// <summary>Checks that a weight has the units that its family and its annotation speak of.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="isAlone">Whether the annotation stands on the parameter itself, so that no layer says what its dimensions are.</param>
    /// <exception cref="NotSupportedException">It has none.</exception>
    public static void Require(NetworkWeight weight, bool isAlone)
    {
        if (weight.Family is not { HasUnits: true } family)
            return;
        if (ReasonAgainst(weight, isAlone) is { } without)
            throw new NotSupportedException(
                $"The {family.Name} posterior of '{weight.Key}' has numbers for units, and there are none: {without}. Give it "
                + $"{FamiliesWithout()}, or [Deterministic].");
        if (NetworkWeight.IsBiasName(weight.Name) && weight.Options.IncludeBias == true && !family.IncludesBias)
            throw new NotSupportedException(
                $"IncludeBias cannot be used for '{weight.Key}': biases have no units of their own, and the {family.Name} family leaves them "
                + "plain numbers. Leave IncludeBias out.");
        if (WeightUnits.ReasonAgainst(weight.Layer, weight.Options.Groups) is { } reason)
            throw new NotSupportedException(
                $"The {family.Name} posterior of '{weight.Key}' has numbers for units, and Groups = {weight.Options.Groups} cannot be used "
                + $"for a {weight.Layer.GetName()}: {reason}, or a family without units.");
    }

    /// <summary>Checks that a second layer may have the weight too.</summary>
    /// <exception cref="NotSupportedException">Units are those of one layer.</exception>
    public static void RequireOneLayer(NetworkWeight weight, string key, nn.Module module)
    {
        if (weight.Family is { HasUnits: true } family && !ReferenceEquals(weight.Layer, module))
            throw new NotSupportedException(
                $"'{weight.Key}' and '{key}' are one weight, and a {family.Name} posterior has numbers for units, which are those of one "
                + $"layer: what is an input of the one may be an output of the other. Give both {FamiliesWithout()}, or each layer a weight "
                + "of its own.");
    }

    private static string? ReasonAgainst(NetworkWeight weight, bool isAlone) =>
        isAlone ? "a Parameter belongs to no layer that says which of its dimensions are inputs"
        : weight.Layer is NormBase or LayerNorm or GroupNorm ? "a normalization layer scales features one by one, and connects none"
        : weight.Shape.Length < 2 && !NetworkWeight.IsBiasName(weight.Name) ? "a unit is a slice, and the weight has one dimension"
        : null;

    private static string FamiliesWithout() =>
        string.Join(" or ", ShippedFamilies.All.Where(family => !family.HasUnits).Select(family => $"the {family.Name}")) + " family";
}
