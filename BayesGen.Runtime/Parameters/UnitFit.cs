namespace BayesGen.Parameters;

/// <summary>What a family with numbers for units asks of a layer.</summary>
internal static class UnitFit
{
    /// <summary>Checks that a weight has the units that its family and its annotation speak of.</summary>
    /// <exception cref="NotSupportedException">It has none.</exception>
    public static void Require(NetworkWeight weight)
    {
        if (weight.Family is not { HasUnits: true } family)
            return;
        if (WeightUnits.ReasonAgainst(weight.Layer, weight.Options.Groups) is { } reason)
            throw new NotSupportedException(
                $"The {family.Name} posterior of '{weight.Key}' has numbers for units, and Groups = {weight.Options.Groups} cannot be "
                + "used for a "
                + $"{weight.Layer.GetName()}: {reason}, or a family without units.");
    }
}
