using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>
/// The kernels of a family whose weights are products of factors, such as a value for each weight and a scale for each unit. Each factor
/// is drawn by kernels of its own over the flat arrays of its extent; products go from the coarsest extent to the finest, and their
/// gradients back.
/// </summary>
/// <remarks>
/// Weight by weight: with the factors f_1 of the layer, f_2 of units, f_3 of weights the products are p_1 = f_1, p_2 = f_2 p_1 and
/// w = p_3 = f_3 p_2, each number of a coarser one for all that it belongs to. Back: dL/dp_2 = the sum of dL/dw f_3 over each unit,
/// dL/df_3 = dL/dw p_2. The noise of one weight is a call of its own for each factor, as it is where autograd does the same.
/// </remarks>
internal sealed class ProductArenaKernel : ArenaKernel
{
    /// <summary>In the order in which the family draws.</summary>
    private readonly FactorMemory[] _factors;

    /// <summary>From the coarsest to the finest, which is that of the weights.</summary>
    private readonly FactorMemory[] _levels;

    /// <summary>Those that are drawn and that a divergence has a part for; the others are plain numbers.</summary>
    private readonly FactorMemory[] _random;

    /// <summary>The weights by where they begin, and by where they end.</summary>
    private readonly Dictionary<long, NetworkWeight> _firsts;
    private readonly Dictionary<long, NetworkWeight> _lasts;

    /// <exception cref="NotSupportedException">The factors do not fit the parameters of the family.</exception>
    public ProductArenaKernel(FamilyArena arena, IReadOnlyList<KernelFactor> factors) : base(arena)
    {
        RequireFit(arena, factors);
        List<NetworkWeight> weights = [.. arena.Weights.Where(weight => weight.Count > 0)];
        _firsts = weights.ToDictionary(weight => weight.Place.Offset);
        _lasts = weights.ToDictionary(weight => weight.Place.Offset + weight.Count);
        var first = 0;
        _factors = [.. factors.Select(factor =>
        {
            var (from, extent) = (first, arena.Flat.Extents[first]);
            first += factor.ParameterCount;
            return new FactorMemory(factor, extent, from, arena.Flat, arena.Local is not null, Buffer);
        })];
        _random = [.. _factors.Where(factor => !factor.IsPlain)];
        _levels = [.. _factors.OrderByDescending(factor => factor.Extent)];
        for (var i = 0; i < _levels.Length; i++)
            _levels[i].Place(isCoarsest: i == 0, i == _levels.Length - 1 ? arena.Store : null);
    }

    public override void Dispose()
    {
        foreach (var factor in _factors)
            factor.Dispose();
    }

    protected override void WriteDraw(NoiseSource noise)
    {
        if (Arena.Local is { } local)
        {
            // The values alone: the layers draw the scales, for each example.
            var (kernel, rows) = _levels[^1].Moments(
                TensorMemory.AddressOf(Arena.Store.Weights), TensorMemory.AddressOf(local.Variances));
            Run(kernel, rows, 0, Arena.Store.Count);
            return;
        }

        foreach (var weight in Arena.Weights)
        {
            foreach (var factor in _random)
                Run(factor.Draw, factor.DrawRows, weight.Place.OffsetOf(factor.Extent), weight.Place.CountOf(factor.Extent),
                    factor.NextCalls(noise), factor.ParameterCount);
            for (var i = 1; i < _levels.Length; i++)
                Multiply(weight, _levels[i], _levels[i - 1]);
        }
    }

    protected override void CarryOn()
    {
        if (Arena.Local is { } local)
        {
            var (kernel, rows) = _levels[^1].PullBackMoments(
                TensorMemory.AddressOf(local.Variances), TensorMemory.AddressOf(Arena.Store.Gradients),
                TensorMemory.AddressOf(local.Gradients), GradientRows());
            Run(kernel, rows, 0, Arena.Store.Count);
            return;
        }

        foreach (var weight in Arena.Weights)
            for (var i = _levels.Length - 1; i > 0; i--)
                PullBack(weight, _levels[i], _levels[i - 1]);

        // From the values of a factor to its parameters it is number by number, whatever weight they belong to.
        var gradients = GradientRows();
        foreach (var factor in _factors)
            Run(factor.PullBack, factor.PullBackRows(gradients), 0, Arena.Flat.CountOf(factor.Extent));
    }

    /// <summary>Of one whole weight; where part of it is not a weight, it is left to autograd.</summary>
    protected override double? Divergence(long offset, long count, Prior prior)
    {
        var weight = _firsts[offset];
        if (weight.Fixed.Count > 0)
            return null;
        double sum = 0;
        foreach (var factor in _random)
        {
            if (factor.DivergenceTo(prior) is not { } divergence)
                return null;
            sum += Run(divergence, factor.DivergenceRows, weight.Place.OffsetOf(factor.Extent), weight.Place.CountOf(factor.Extent));
        }

        return sum;
    }

    protected override void AddSlopes(long offset, long count, double factor, nint[] gradients)
    {
        var (first, last) = (_firsts[offset].Place, _lasts[offset + count].Place);
        foreach (var memory in _random)
        {
            var slopes = new AxpyKernel(memory.ParameterCount, factor);
            var start = first.OffsetOf(memory.Extent);
            Run(new(slopes.Run<float>, slopes.Run<double>), memory.SlopeRows(gradients),
                start, last.OffsetOf(memory.Extent) + last.CountOf(memory.Extent) - start);
        }
    }

    private void Multiply(NetworkWeight weight, FactorMemory finer, FactorMemory coarser)
    {
        var (target, values, scales) = (At(finer.Products, finer), At(finer.Values, finer), At(coarser.Products, coarser));
        var layout = weight.Place.LayoutOf(finer.Extent, coarser.Extent);
        if (IsSingle)
            SliceProduct.Multiply<float>(target, values, scales, layout);
        else
            SliceProduct.Multiply<double>(target, values, scales, layout);

        nint At(nint start, FactorMemory factor) => AddressAt(start, weight.Place.OffsetOf(factor.Extent));
    }

    private void PullBack(NetworkWeight weight, FactorMemory finer, FactorMemory coarser)
    {
        var (gradients, values) = (At(finer.Gradients, finer), At(finer.Values, finer));
        var (scales, slopes) = (At(coarser.Products, coarser), At(coarser.Gradients, coarser));
        var layout = weight.Place.LayoutOf(finer.Extent, coarser.Extent);
        if (IsSingle)
            SliceProduct.PullBack<float>(gradients, values, scales, slopes, layout);
        else
            SliceProduct.PullBack<double>(gradients, values, scales, slopes, layout);

        nint At(nint start, FactorMemory factor) => AddressAt(start, weight.Place.OffsetOf(factor.Extent));
    }

    private static void RequireFit(FamilyArena arena, IReadOnlyList<KernelFactor> factors)
    {
        var extents = new List<ParameterExtent>();
        var first = 0;
        foreach (var factor in factors)
        {
            var own = arena.Flat.Extents.Skip(first).Take(factor.ParameterCount).Distinct().ToList();
            if (own.Count == 1)
                extents.Add(own[0]);
            first += factor.ParameterCount;
        }

        if (first != arena.Flat.Count || extents.Count != factors.Count || extents.Distinct().Count() != extents.Count
            || !extents.Contains(ParameterExtent.Weight))
            throw new NotSupportedException(
                $"The kernel factors of {arena.Family.Name} do not fit its parameters, {string.Join(", ", arena.Family.ParameterNames)}: "
                + "each factor takes the next ones, all of one extent, no two factors have the same, and one has that of the weights.");
    }
}
