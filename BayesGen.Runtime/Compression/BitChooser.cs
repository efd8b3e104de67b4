using BayesGen.Kernels;
using BayesGen.Parameters;

namespace BayesGen.Compression;

/// <summary>Reads bit widths from the posterior; see <see cref="BitWidths"/>.</summary>
/// <param name="arena">The memory of the network.</param>
/// <param name="options">How to choose.</param>
internal sealed class BitChooser(NetworkArena arena, BitOptions options)
{
    /// <summary>The bits of the mantissa of a 32-bit float.</summary>
    private const int MostFractionBits = 23;

    /// <summary>The width of every weight tensor that is rounded.</summary>
    public BitWidths Choose()
    {
        using var turn = arena.TakeTurn();
        arena.Lease.RequireIdle("choose bit widths");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var bits = new Dictionary<string, WeightBits>();
        foreach (var family in arena.Families)
        {
            var (variances, points) = (family.Posterior.Variance(), family.Point(WeightState.Map));
            foreach (var weight in family.Weights)
                bits[weight.Key] = OfPosterior(
                    weight, weight.Place.SliceOf(points), weight.Place.SliceOf(variances), family.Mask.Windows[weight.Place.Index]);
        }

        foreach (var weight in arena.Inventory.Weights)
            if (!bits.ContainsKey(weight.Key) && options.PlainBits is { } plain && weight.Parameter.is_floating_point())
                bits[weight.Key] = OfPlain(weight, plain);
        return new BitWidths([.. arena.Inventory.Weights.Select(weight => bits.GetValueOrDefault(weight.Key)).OfType<WeightBits>()]);
    }

    /// <summary>#{t in 1..23 : 2 V &lt; 2^-t} of each variance.</summary>
    internal static Tensor FractionBitsOf(Tensor variances)
    {
        using var twice = variances.to(ScalarType.Float64).MultiplyBy(2);
        var bits = zeros_like(twice, dtype: twice.dtype, device: twice.device);
        for (var t = 1; t <= MostFractionBits; t++)
        {
            using Scalar step = Math.ScaleB(1, -t);
            using var isBelow = twice.lt(step);
            bits.add_(isBelow, TensorNumbers.One);
        }

        return bits;
    }

    /// <summary>ceil(log2(log2(max abs(w)) + 1) + 1), and 1 where that is less, or no number as for at most 1/2.</summary>
    internal static int ExponentBitsOf(double largest) =>
        Math.Ceiling(Math.Log2(Math.Log2(largest) + 1) + 1) is >= 1 and var bits ? (int)bits : 1;

    private WeightBits OfPosterior(NetworkWeight weight, Tensor points, Tensor variances, Tensor kept)
    {
        var (chosen, noise) = (points.masked_select(kept), variances.masked_select(kept));
        if (!chosen.isfinite().all().item<bool>() || !noise.isfinite().all().item<bool>())
            throw new InvalidOperationException(
                $"A weight of '{weight.Key}' or its variance is not finite, so it has no bit width. Train again, or load a state that is.");
        var count = chosen.numel();
        if (count == 0)
            return new WeightBits(weight.Key, weight.FreeCount, 0, 0, 1, true);
        var bits = FractionBitsOf(noise);
        var fraction = options.Rule == BitRule.Max
            ? (long)bits.max().item<double>()
            : ((long)bits.sum().item<double>() + count - 1) / count;
        return new WeightBits(
            weight.Key, weight.FreeCount, count, Math.Max(0, (int)fraction + options.ExtraBits),
            ExponentBitsOf(chosen.to(ScalarType.Float64).abs().max().item<double>()), true);
    }

    private static WeightBits OfPlain(NetworkWeight weight, int plain)
    {
        var numbers = weight.Parameter.detach().to(ScalarType.Float64).abs();
        var largest = numbers.numel() == 0 ? 0 : numbers.max().item<double>();
        if (!double.IsFinite(largest))
            throw new InvalidOperationException($"A weight of '{weight.Key}' is not finite, so it has no bit width.");
        // The largest number lies below 2^before.
        var before = largest == 0 ? 0 : Math.ILogB(largest) + 1;
        return new WeightBits(
            weight.Key, weight.FreeCount, numbers.count_nonzero().item<long>(), plain - 1 - before, before, false);
    }
}
