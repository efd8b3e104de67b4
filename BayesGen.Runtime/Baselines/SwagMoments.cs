using BayesGen.Noise;

namespace BayesGen.Baselines;

/// <summary>Mean, variances and last deviations of the weights that a walk passes.</summary>
/// <param name="rank">The number of deviations that are kept; 0 is none.</param>
internal sealed class SwagMoments(int rank) : IDisposable
{
    private Tensor? _mean;
    private Tensor? _squares;

    /// <summary>[K, P], a ring: the next one takes the place of the oldest.</summary>
    private Tensor? _deviations;

    /// <summary>The number of collected weights.</summary>
    public int Count { get; private set; }

    /// <summary>The mean of the weights, float64.</summary>
    public Tensor Mean => _mean!;

    /// <summary>The number of deviations that are kept.</summary>
    public int Kept => Math.Min(rank, Count);

    /// <summary>Takes the weights where the walk is.</summary>
    /// <param name="weights">All weights, flat.</param>
    public void Add(Tensor weights)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var x = weights.detach().to(ScalarType.Float64, copy: true);
        Count++;
        if (_mean is null)
        {
            _mean = x.clone().DetachFromDisposeScope();
            _squares = zeros_like(x, dtype: x.dtype, device: x.device).DetachFromDisposeScope();
            _deviations = zeros([rank, x.numel()], x.dtype, x.device).DetachFromDisposeScope();
        }
        else
        {
            // Welford's update: a difference of sums of squares would lose the variance of weights that hardly move.
            var before = x.Subtract(_mean);
            _mean.AddInPlace(before / Operand(Count));
            _squares!.AddInPlace(before * x.Subtract(_mean));
        }

        if (rank > 0)
            _deviations!.select(0, (Count - 1) % rank).copy_(x.Subtract(_mean));
    }

    /// <summary>The variance of each weight over the walk; it belongs to the dispose scope around.</summary>
    public Tensor Variances() => _squares! / Operand(Count);

    /// <summary>
    /// Weights drawn from N(mean, (diag(v) + D D^T / (K - 1)) / 2), of rank 0 from N(mean, diag(v)); they belong to the scope around.
    /// </summary>
    public Tensor Sample(NoiseSource noise)
    {
        if (Kept < 2)
            return Mean.AddTo(Variances().sqrt() * noise.Normal(Mean));
        var deviations = _deviations!.narrow(0, 0, Kept);
        var factors = noise.Normal(deviations.select(1, 0)) / Operand(Math.Sqrt(2 * (Kept - 1)));
        return Mean.AddTo((Variances() / Operand(2)).sqrt() * noise.Normal(Mean)).AddTo(deviations.t().mv(factors));
    }

    public void Dispose()
    {
        _mean?.Dispose();
        _squares?.Dispose();
        _deviations?.Dispose();
    }
}
