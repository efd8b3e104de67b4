namespace BayesGen.Parameters;

/// <summary>
/// What depends on the posterior alone, a divergence in closed form, is computed once for all draws of a step, as long as the posterior
/// stays as it is.
/// </summary>
internal sealed class ClosedFormDivergences(ParameterInventory inventory)
{
    /// <summary>Promises that the posterior stays as it is until <see cref="Release"/>.</summary>
    public void Hold()
    {
        foreach (var arena in inventory.Families)
            arena.Kernel?.Hold();
    }

    /// <summary>Completes the gradients of the draws since <see cref="Hold"/>.</summary>
    public void Settle()
    {
        foreach (var arena in inventory.Families)
            arena.Kernel?.Settle();
    }

    /// <summary>Ends the promise; what was not settled is forgotten.</summary>
    public void Release()
    {
        foreach (var arena in inventory.Families)
            arena.Kernel?.Release();
    }
}
