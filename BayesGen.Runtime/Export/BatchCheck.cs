using System.Runtime.InteropServices;

namespace BayesGen.Export;

/// <summary>Finds out by Torch whether the answer for an example depends on the other examples in its batch.</summary>
internal static class BatchCheck
{
    /// <summary>Kernels for one example and for several round differently, by less than this part of the largest output.</summary>
    private const double Rounding = 1e-4;

    /// <summary>Compares examples in a batch with each of them alone.</summary>
    /// <param name="forward">What the network computes.</param>
    /// <param name="example">Inputs, [N, ...]; with one example alone, variations of it stand beside it.</param>
    /// <returns>What differs, as the rest of a sentence; null where nothing does, or where it takes one example at a time.</returns>
    public static string? Difference(Func<Tensor, Tensor> forward, Tensor example)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var rows = Beside(example);
        var batch = Answer(forward, cat([.. rows], 0));
        if (batch is null && example.shape[0] == 1)
            return null;
        for (var i = 0; i < rows.Count; i++)
        {
            if (Answer(forward, rows[i]) is not { } alone)
                return "it takes no example alone";
            if (batch is not null && Compare(batch, alone, i, rows.Count) is { } difference)
                return difference;
        }

        return null;
    }

    /// <summary>Some of the examples, and others made of the first one.</summary>
    private static List<Tensor> Beside(Tensor example)
    {
        var first = example.narrow(0, 0, 1);
        var changed = first.is_floating_point()
            ? first.mul(Operand(0.5))
            : zeros_like(first, dtype: first.dtype, device: first.device);
        List<Tensor> rows = [first, changed];
        if (first.dim() > 1)
            rows.Add(first.flip(-1));
        if (example.shape[0] > 1)
            rows.Add(example.narrow(0, 1, 1));
        return rows;
    }

    /// <summary>What the network gives; null where it does not take the batch.</summary>
    private static float[]? Answer(Func<Tensor, Tensor> forward, Tensor inputs)
    {
        try
        {
            // A forward that works in place must not change what the next one reads.
            return PlanNumbers.Of(forward(inputs.clone()));
        }
        catch (Exception fault) when (fault is ExternalException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Compare(float[] batch, float[] alone, int row, int rows)
    {
        if (batch.Length != alone.Length * rows)
            return $"{rows} examples have {batch.Length} outputs, and one alone has {alone.Length}";
        var mine = batch.AsSpan(row * alone.Length, alone.Length);
        var largest = 0.0;
        foreach (var number in alone)
            largest = float.IsFinite(number) ? Math.Max(largest, Math.Abs(number)) : largest;
        for (var i = 0; i < alone.Length; i++)
            if (!mine[i].Equals(alone[i]) && !(Math.Abs((double)mine[i] - alone[i]) <= Math.Max(0.1, largest) * Rounding))
                return FormattableString.Invariant($"an output is {alone[i]} for an example alone and {mine[i]} beside others");
        return null;
    }
}
