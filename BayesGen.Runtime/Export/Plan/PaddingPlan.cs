namespace BayesGen.Export;

/// <summary>Padding by what is there: mirrored, repeated, or from the other end.</summary>
internal static class PaddingPlan
{
    /// <summary>More numbers before and after along one axis.</summary>
    public static PlanValue Around(PlanWriter plan, PlanValue x, int axis, int before, int after, PaddingModes mode)
    {
        if (before == 0 && after == 0)
            return x;
        var size = x.Shape[axis];
        return plan.Cat(
            [.. Enumerable.Range(-before, before).Select(Part), x, .. Enumerable.Range(size, after).Select(Part)], axis);

        PlanValue Part(int place) => plan.Slice(x, axis, From(place), 1);

        int From(int place) => mode switch
        {
            PaddingModes.Reflect => place < 0 ? -place : 2 * (size - 1) - place,
            PaddingModes.Replicate => Math.Clamp(place, 0, size - 1),
            _ => (place + size) % size,
        };
    }
}
