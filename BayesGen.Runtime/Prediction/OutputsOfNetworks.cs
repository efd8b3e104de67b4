namespace BayesGen.Prediction;

/// <summary>Outputs of networks that were run elsewhere, for sums of any kind.</summary>
internal static class OutputsOfNetworks
{
    /// <summary>Adds the output of each network as one draw.</summary>
    /// <param name="outputs">For each network its outputs for the same examples.</param>
    /// <param name="sums">What they are added to.</param>
    /// <exception cref="ArgumentException">There are none, or their shapes differ.</exception>
    public static void AddTo(IPredictiveSums sums, IReadOnlyList<Tensor> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        if (outputs.Count == 0 || outputs[0].numel() == 0 || outputs.Any(one => !one.shape.AsSpan().SequenceEqual(outputs[0].shape)))
            throw new ArgumentException(
                "Give the outputs of at least one network for at least one example, all of one shape: "
                + string.Join(", ", outputs.Select(one => $"[{string.Join(", ", one.shape)}]")) + ".", nameof(outputs));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var one in outputs)
        {
            using var draw = NewDisposeScope();
            sums.Add(one);
        }

        sums.EndBatch();
    }
}
