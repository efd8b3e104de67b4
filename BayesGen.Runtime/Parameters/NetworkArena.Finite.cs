namespace BayesGen.Parameters;

/// <summary>What a training looks at, and keeps, where a step may come out as NaN.</summary>
public sealed partial class NetworkArena
{
    /// <summary>
    /// Copies of the buffers, such as running means, which a forward changes before anyone knows whether its loss is finite.
    /// </summary>
    /// <returns>New tensors in the current dispose scope.</returns>
    internal IReadOnlyList<Tensor> CopyBuffers()
    {
        using var _ = no_grad();
        return [.. _buffers.Select(entry => entry.Buffer.clone())];
    }

    /// <summary>Takes copies of the buffers back.</summary>
    internal void RestoreBuffers(IReadOnlyList<Tensor> copies)
    {
        using var _ = no_grad();
        foreach (var ((_, buffer), copy) in _buffers.Zip(copies))
            buffer.copy_(copy);
    }

    /// <summary>Whether the network has buffers, such as running statistics.</summary>
    internal bool HasBuffers => _buffers.Count > 0;

    /// <summary>The key of the first buffer that was finite and is not any more, or null. A mask of -infinity always was.</summary>
    /// <param name="before">Copies of the buffers.</param>
    internal string? FirstBufferLost(IReadOnlyList<Tensor> before)
    {
        using var _ = no_grad();
        foreach (var ((key, buffer), copy) in _buffers.Zip(before))
            if (buffer.is_floating_point() && !IsFinite(buffer) && IsFinite(copy))
                return key;
        return null;
    }

    /// <summary>The key of the first running statistic that is not finite, or null.</summary>
    internal string? FirstNotFiniteStatistic()
    {
        using var _ = no_grad();
        foreach (var (key, buffer) in _buffers)
            if (key[(key.LastIndexOf('.') + 1)..] is "running_mean" or "running_var" && !IsFinite(buffer))
                return key;
        return null;
    }

    /// <summary>The key of the first weight with a parameter that is not a finite number, or null.</summary>
    internal string? FirstNotFinite()
    {
        Enter();
        foreach (var weight in _weights)
        {
            IEnumerable<(string Name, Tensor Tensor)> tensors = _byKey.TryGetValue(weight.Key, out var found)
                ? found.Arena.Family.ParameterNames.Zip(found.Arena.WindowOf(weight).Parameters)
                    .Select(entry => ($"{weight.Key}.{entry.First}", entry.Second))
                    .Concat(LearnedPriorOf(found))
                : [(weight.Key, weight.Parameter)];
            foreach (var (name, tensor) in tensors)
            {
                using var _ = no_grad();
                using var finite = tensor.isfinite();
                using var all = finite.all();
                if (!all.item<bool>())
                    return name;
            }
        }

        return null;
    }

    /// <summary>The key of the first parameter whose gradient holds something that is not a finite number, or null.</summary>
    internal string? FirstNotFiniteGradient()
    {
        using var _ = no_grad();
        foreach (var weight in _weights)
        {
            if (!_byKey.TryGetValue(weight.Key, out var found))
            {
                using var plain = weight.Parameter.grad;
                if (plain is not null && !IsFinite(plain))
                    return weight.Key;
                continue;
            }

            foreach (var (name, flat) in found.Arena.Family.ParameterNames.Zip(found.Arena.Flat))
            {
                using var gradient = flat.grad;
                if (gradient is null)
                    continue;
                using var slice = weight.SliceOf(gradient);
                if (!IsFinite(slice))
                    return $"{weight.Key}.{name}";
            }
        }

        foreach (var arena in _families)
        {
            using var gradient = arena.Priors.Learned?.grad;
            if (gradient is not null && !IsFinite(gradient))
                return $"{arena.Family.Name}.{PriorName}";
        }

        return null;
    }

    /// <summary>
    /// The key of the first tensor of a state that holds NaN, or infinity where that is no buffer: a mask of attention is made of
    /// infinities. Null where there is none.
    /// </summary>
    internal string? FirstNotFinite(IReadOnlyDictionary<string, Tensor> state)
    {
        var buffers = _buffers.Select(entry => entry.Key).ToHashSet();
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
    internal static bool IsFiniteOrWhole(Tensor tensor)
    {
        using var _ = no_grad();
        return !tensor.is_floating_point() || IsFinite(tensor);
    }

    /// <summary>The key of the first weight that the network computes with now and that is not a finite number, or null.</summary>
    internal string? FirstNotFiniteWeight()
    {
        using var _ = no_grad();
        foreach (var arena in _families)
            foreach (var weight in arena.Weights)
            {
                using var slice = weight.SliceOf(arena.Store.Weights);
                if (!IsFinite(slice))
                    return weight.Key;
            }

        return null;
    }

    private static bool IsFinite(Tensor tensor)
    {
        using var finite = tensor.isfinite();
        using var all = finite.all();
        return all.item<bool>();
    }
}
