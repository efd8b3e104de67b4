namespace BayesGen.Parameters;

/// <summary>The buffers of a network, such as running means, which a forward may change.</summary>
/// <param name="All">Each buffer with its key.</param>
/// <param name="Tied">The keys that buffers have besides, where a layer stands in several fields.</param>
internal sealed record NetworkBuffers(
    IReadOnlyList<(string Key, Tensor Buffer)> All, IReadOnlyList<(string Key, Tensor Buffer)> Tied)
{
    public int Count => All.Count;

    /// <summary>Copies of the buffers, taken before a forward of which nobody knows yet whether its loss is finite.</summary>
    /// <returns>New tensors in the current dispose scope.</returns>
    public IReadOnlyList<Tensor> Copy()
    {
        using var _ = no_grad();
        return [.. All.Select(entry => entry.Buffer.clone())];
    }

    /// <summary>Takes copies of the buffers back.</summary>
    /// <param name="copies">As <see cref="Copy"/> made them.</param>
    public void Restore(IReadOnlyList<Tensor> copies)
    {
        using var _ = no_grad();
        foreach (var ((_, buffer), copy) in All.Zip(copies))
            buffer.copy_(copy);
    }
}
