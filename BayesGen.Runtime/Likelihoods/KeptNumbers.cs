namespace BayesGen.Likelihoods;

/// <summary>Numbers of a likelihood as a tensor, made once for each dtype and device and not in every step.</summary>
/// <param name="numbers">The numbers, one for each class or output.</param>
internal sealed class KeptNumbers(double[] numbers)
{
    private readonly Lock _making = new();
    private readonly Dictionary<(ScalarType, DeviceType, int), Tensor> _made = [];

    /// <summary>The numbers along the first of some dimensions: [C], or [C, 1, ...].</summary>
    /// <param name="like">Says dtype and device.</param>
    /// <param name="dimensions">The number of dimensions, at least 1.</param>
    /// <returns>A view; it belongs to the dispose scope around.</returns>
    public Tensor Along(Tensor like, long dimensions)
    {
        var key = (like.dtype, like.device_type, like.device_index);
        lock (_making)
        {
            if (!_made.TryGetValue(key, out var made))
            {
                using var plain = tensor(numbers, [numbers.Length], ScalarType.Float64, CPU);
                made = _made[key] = plain.to(like.dtype, like.device, copy: true).DetachFromDisposeScope();
            }

            var sizes = new long[dimensions];
            Array.Fill(sizes, 1);
            sizes[0] = numbers.Length;
            return made.view(sizes);
        }
    }
}
