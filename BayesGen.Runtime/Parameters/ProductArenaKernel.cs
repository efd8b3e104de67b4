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

    /// <summary>Those that a divergence has a part for.</summary>
    private readonly FactorMemory[] _scored;

    /// <exception cref="NotSupportedException">The factors do not fit the parameters of the family.</exception>
    public ProductArenaKernel(FamilyArena arena, IReadOnlyList<KernelFactor> factors) : base(arena)
    {
        RequireFit(arena, factors);
        var first = 0;
        _factors = [.. factors.Select(factor =>
        {
            var (from, extent) = (first, arena.Flat.Extents[first]);
            first += factor.ParameterCount;
            return new FactorMemory(factor, extent, from, arena.Flat, arena.Local is not null, Buffer);
        })];
        _scored = [.. _factors.Where(factor => !factor.Factor.IsPlain)];
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
            WriteMoments(local);
            return;
        }

        foreach (var weight in Arena.Weights)
        {
            foreach (var factor in _factors)
            {
                if (factor.Factor.IsPlain)
                    continue;
                var kernel = factor.Kernel;
                IRowSource[] calls = [.. factor.Noise.Select(_ => noise.NextNormal())];
                Run(kernel.Draw<float>, kernel.Draw<double>, [.. factor.Parameters, .. factor.Noise, factor.Values],
                    weight.Place.OffsetOf(factor.Extent), weight.Place.CountOf(factor.Extent), calls, factor.Parameters.Length);
            }

            for (var i = 1; i < _levels.Length; i++)
                Multiply(weight, _levels[i], _levels[i - 1]);
        }
    }

    protected override void CarryOn()
    {
        var gradients = GradientRows();
        if (Arena.Local is { } local)
        {
            CarryOnMoments(local, gradients);
            return;
        }

        foreach (var weight in Arena.Weights)
        {
            for (var i = _levels.Length - 1; i > 0; i--)
                PullBack(weight, _levels[i], _levels[i - 1]);
            foreach (var factor in _factors)
            {
                var kernel = factor.Kernel;
                Run(kernel.PullBack<float>, kernel.PullBack<double>,
                    [.. factor.Parameters, .. factor.Noise, factor.Gradients, .. factor.Of(gradients)],
                    weight.Place.OffsetOf(factor.Extent), weight.Place.CountOf(factor.Extent));
            }
        }
    }

    /// <summary>Of one whole weight; where part of it is not a weight, it is left to autograd.</summary>
    protected override double? Divergence(long offset, long count, Prior prior)
    {
        var weight = WeightAt(offset, count);
        List<DivergenceKernel> divergences = [.. _scored.Select(factor => factor.Factor.KlTo(prior)).OfType<DivergenceKernel>()];
        if (weight.Fixed.Count > 0 || divergences.Count < _scored.Length)
            return null;
        double sum = 0;
        foreach (var (factor, divergence) in _scored.Zip(divergences))
            sum += Run(divergence.Run<float>, divergence.Run<double>, [.. factor.Parameters, .. factor.Slopes],
                weight.Place.OffsetOf(factor.Extent), weight.Place.CountOf(factor.Extent));
        return sum;
    }

    protected override void AddSlopes(long offset, long count, double factor)
    {
        var weight = WeightAt(offset, count);
        var gradients = GradientRows();
        foreach (var memory in _scored)
        {
            var slopes = new AxpyKernel(memory.Parameters.Length, factor);
            Run(slopes.Run<float>, slopes.Run<double>, [.. memory.Slopes, .. memory.Of(gradients)],
                weight.Place.OffsetOf(memory.Extent), weight.Place.CountOf(memory.Extent));
        }
    }

    /// <summary>The moments of the values; their scales are drawn for each example, by the layers.</summary>
    private void WriteMoments(LocalEstimator local)
    {
        var values = _levels[^1];
        var weights = TensorMemory.AddressOf(Arena.Store.Weights);
        if (values.Factor.IsPlain)
            Run(values.Kernel.Draw<float>, values.Kernel.Draw<double>, [.. values.Parameters, weights], 0, Arena.Store.Count);
        else
            Run(values.Kernel.Moments<float>, values.Kernel.Moments<double>,
                [.. values.Parameters, weights, TensorMemory.AddressOf(local.Variances)], 0, Arena.Store.Count);
    }

    private void CarryOnMoments(LocalEstimator local, nint[] gradients)
    {
        var values = _levels[^1];
        var weights = TensorMemory.AddressOf(Arena.Store.Gradients);
        if (values.Factor.IsPlain)
            Run(values.Kernel.PullBack<float>, values.Kernel.PullBack<double>,
                [.. values.Parameters, weights, .. values.Of(gradients)], 0, Arena.Store.Count);
        else
            Run(values.Kernel.PullBackMoments<float>, values.Kernel.PullBackMoments<double>,
                [TensorMemory.AddressOf(local.Variances), weights, TensorMemory.AddressOf(local.Gradients), .. values.Of(gradients)], 0,
                Arena.Store.Count);
    }

    private NetworkWeight WeightAt(long offset, long count) =>
        Arena.Weights.First(weight => weight.Place.Offset == offset && weight.Count == count);

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
