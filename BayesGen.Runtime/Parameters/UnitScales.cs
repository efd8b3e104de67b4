using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>
/// The scales of units with <see cref="Estimator.Local"/>: while a draw is alive W holds the values without their scales, and every example
/// of a layer has scales of its own, drawn here with a graph to leaves that share memory with the parameters.
/// </summary>
/// <remarks>The leaves' gradients are slices of flat tensors, which the pull-back adds to those of the parameters.</remarks>
internal sealed class UnitScales : IDisposable
{
    private readonly ArenaParameters _parameters;
    private readonly IReadOnlyList<KernelFactor> _factors;

    /// <summary>For each parameter the gradients of its leaves, flat; null for those of the values.</summary>
    private readonly Tensor?[] _gradients;

    private readonly Dictionary<NetworkWeight, List<Tensor[]>> _leaves = [];

    /// <param name="weights">The weights of the arena.</param>
    /// <param name="parameters">Their parameters.</param>
    /// <param name="factors">The factors of the family: the values, then what they are scaled by.</param>
    public UnitScales(IReadOnlyList<NetworkWeight> weights, ArenaParameters parameters, IReadOnlyList<KernelFactor> factors)
    {
        (_parameters, _factors) = (parameters, [.. factors.Skip(1)]);
        HasPlainValues = factors[0].IsPlain;
        _gradients = [.. parameters.Select((flat, index) => index < factors[0].ParameterCount
            ? null
            : zeros(flat.numel(), dtype: flat.dtype, device: flat.device).DetachFromDisposeScope())];
        foreach (var weight in weights)
            _leaves[weight] = LeavesOf(weight, factors[0].ParameterCount);
    }

    /// <summary>Whether the values have no noise of their own.</summary>
    public bool HasPlainValues { get; }

    /// <summary>What a backward left, flat and live: zero except until it is carried on.</summary>
    public IEnumerable<Tensor> Gradients => _gradients.OfType<Tensor>();

    /// <summary>The scales of the units of a weight for each of several examples.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="noise">The source of their noise.</param>
    /// <param name="examples">The number of examples.</param>
    /// <returns>A new tensor [examples, units] with a graph.</returns>
    public Tensor Draw(NetworkWeight weight, NoiseSource noise, long examples)
    {
        Tensor? product = null;
        foreach (var (factor, leaves) in _factors.Zip(_leaves[weight]))
        {
            var scales = factor.Sample!(leaves, noise, examples);
            product = product is null ? scales : ProductOf(product, scales);
        }

        return product!;
    }

    /// <summary>Adds what a backward left in the leaves to the gradients of the parameters, and makes it zero.</summary>
    /// <param name="mask">Which weights are frozen: their scales are too.</param>
    public void CarryOn(WeightMask mask)
    {
        using var _ = no_grad();
        foreach (var (index, gradient) in _gradients.Index())
        {
            if (gradient is null)
                continue;
            if (mask.HasFrozen)
                HeldWeights.ZeroInPlace([.. _leaves.Keys], gradient, _parameters.Extents[index]);
            var flat = _parameters[index];
            using (var known = flat.grad)
            {
                if (known is not null)
                    known.AddInPlace(gradient);
                else
                {
                    using var fresh = gradient.clone();
                    flat.grad = fresh;
                }
            }

            gradient.ZeroInPlace();
        }
    }

    /// <summary>Forgets what a backward left.</summary>
    public void ZeroGradients()
    {
        foreach (var gradient in _gradients)
            gradient?.ZeroInPlace();
    }

    public void Dispose()
    {
        foreach (var leaf in _leaves.Values.SelectMany(leaves => leaves.SelectMany(factor => factor)))
        {
            leaf.grad = null;
            leaf.Dispose();
        }

        foreach (var gradient in _gradients)
            gradient?.Dispose();
    }

    private static Tensor ProductOf(Tensor one, Tensor other)
    {
        using (one)
        using (other)
            return one * other;
    }

    private List<Tensor[]> LeavesOf(NetworkWeight weight, int first)
    {
        var leaves = new List<Tensor[]>();
        foreach (var factor in _factors)
        {
            var from = first;
            leaves.Add([.. Enumerable.Range(from, factor.ParameterCount).Select(index => LeafOf(weight, index))]);
            first += factor.ParameterCount;
        }

        return leaves;
    }

    private Tensor LeafOf(NetworkWeight weight, int index)
    {
        using var slice = _parameters.SliceOf(index, weight, _parameters[index]);
        using var plain = slice.detach();
        using var ofSlice = _parameters.SliceOf(index, weight, _gradients[index]!);
        using var gradient = ofSlice.view(-1);
        var leaf = plain.view(-1).requires_grad_().DetachFromDisposeScope();
        leaf.grad = gradient;
        return leaf;
    }
}
