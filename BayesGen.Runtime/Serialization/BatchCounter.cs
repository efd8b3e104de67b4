namespace BayesGen.Serialization;

/// <summary>
/// The count of batches of a batch normalization, which only a cumulative moving average reads; some writers leave it out, some networks
/// lack it.
/// </summary>
internal static class BatchCounter
{
    private const string Name = "num_batches_tracked";

    /// <summary>Whether a key is that of a count of batches.</summary>
    public static bool Is(string key) => key == Name || key.EndsWith("." + Name, StringComparison.Ordinal);
}
