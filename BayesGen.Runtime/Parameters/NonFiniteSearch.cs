using BayesGen.Kernels;

namespace BayesGen.Parameters;

/// <summary>Which tensor of a network is not finite, for a training whose step may come out as NaN.</summary>
internal sealed class NonFiniteSearch(ParameterInventory inventory, ParameterFreezing freezing)
{
    /// <summary>The key of the first buffer that was finite and is not any more, or null. A mask of -infinity always was.</summary>
    /// <param name="before">Copies of the buffers.</param>
    public string? FirstBufferLost(IReadOnlyList<Tensor> before)
    {
        using var _ = no_grad();
        foreach (var ((key, buffer), copy) in inventory.Buffers.All.Zip(before))
            if (buffer.is_floating_point() && !IsFinite(buffer) && IsFinite(copy))
                return key;
        return null;
    }

    /// <summary>The key of the first running statistic that is not finite, or null.</summary>
    public string? FirstStatistic()
    {
        using var _ = no_grad();
        foreach (var (key, buffer) in inventory.Buffers.All)
            if (key[(key.LastIndexOf('.') + 1)..] is "running_mean" or "running_var" && !IsFinite(buffer))
                return key;
        return null;
    }

    /// <summary>The key of the first weight with a parameter that is not a finite number, or null.</summary>
    public string? FirstParameter()
    {
        freezing.Enter();
        return inventory.Weights
            .SelectMany(weight => inventory.Keys.ParametersOf(weight).Concat(inventory.Keys.LearnedPriorOf(weight)))
            .FirstOrDefault(entry => !IsFinite(entry.Tensor)).Key;
    }

    /// <summary>The key of the first parameter whose gradient holds something that is not a finite number, or null.</summary>
    public string? FirstGradient()
    {
        using var _ = no_grad();
        foreach (var weight in inventory.Weights)
        {
            if (inventory.Keys.ArenaOf(weight) is not { } arena)
            {
                using var plain = weight.Parameter.grad;
                if (plain is not null && !IsFinite(plain))
                    return weight.Key;
                continue;
            }

            foreach (var (index, flat) in arena.Flat.Index())
            {
                using var gradient = flat.grad;
                if (gradient is null)
                    continue;
                using var slice = arena.Flat.SliceOf(index, weight, gradient);
                if (!IsFinite(slice))
                    return $"{weight.Key}.{arena.Family.ParameterNames[index]}";
            }
        }

        foreach (var arena in inventory.Families)
        {
            using var gradient = arena.Priors.Learned?.grad;
            if (gradient is not null && !IsFinite(gradient))
                return $"{arena.Family.Name}.{WeightKeys.PriorName}";
        }

        return null;
    }

    /// <summary>
    /// The key of the first tensor of a state that holds NaN, or infinity where that is not a buffer: a mask of attention is made of
    /// infinities. Null where there is none.
    /// </summary>
    public string? FirstOf(IReadOnlyDictionary<string, Tensor> state)
    {
        var buffers = inventory.Buffers.All.Select(entry => entry.Key).ToHashSet();
        foreach (var (key, tensor) in state)
        {
            using var _ = no_grad();
            if (!buffers.Contains(key))
            {
                if (!IsFiniteOrWhole(tensor))
                    return key;
                continue;
            }

            using var bad = tensor.isnan();
            using var any = bad.any();
            if (any.item<bool>())
                return key;
        }

        return null;
    }

    /// <summary>Whether a tensor holds finite numbers alone; whole numbers always are.</summary>
    public static bool IsFiniteOrWhole(Tensor tensor)
    {
        using var _ = no_grad();
        return !tensor.is_floating_point() || IsFinite(tensor);
    }

    /// <summary>The key of the first weight that the network computes with now and that is not a finite number, or null.</summary>
    public string? FirstWeight()
    {
        using var _ = no_grad();
        foreach (var arena in inventory.Families)
            foreach (var weight in arena.Weights)
            {
                using var slice = weight.Place.SliceOf(arena.Store.Weights);
                if (!IsFinite(slice))
                    return weight.Key;
            }

        return null;
    }

    private static bool IsFinite(Tensor tensor)
    {
        using var _ = no_grad();
        return FiniteCheck.Passes(tensor);
    }
}
