using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>
/// Where one factor of the products of an arena lies: addresses, and the buffers that are its own. What a step asks for once for each
/// weight, the lists of addresses and the kernels, is made once.
/// </summary>
internal sealed class FactorMemory : IDisposable
{
    private readonly KernelFactor _factor;
    private readonly ArenaParameters _all;
    private readonly Func<long, Tensor> _buffer;
    private readonly List<Tensor> _own = [];
    private readonly IRowSource[] _calls;
    private readonly nint[] _parameters;
    private readonly nint[] _noise;
    private readonly int _first;
    private nint[] _slopes = [];
    private (Prior Prior, KernelPair Kernel)? _divergence;

    /// <param name="factor">The factor.</param>
    /// <param name="extent">What its numbers belong to.</param>
    /// <param name="first">The first of its parameters.</param>
    /// <param name="all">The parameters of the arena.</param>
    /// <param name="isLocal">Whether its noise is at the outputs of layers, so that there is none to keep.</param>
    /// <param name="buffer">Makes a buffer.</param>
    public FactorMemory(
        KernelFactor factor, ParameterExtent extent, int first, ArenaParameters all, bool isLocal, Func<long, Tensor> buffer)
    {
        (_factor, Extent, _first, _all, _buffer) = (factor, extent, first, all, buffer);
        _parameters = [.. Enumerable.Range(first, factor.ParameterCount).Select(index => TensorMemory.AddressOf(all[index]))];
        _noise = isLocal ? [] : Buffers(factor.Kernel.NoiseCount);
        _calls = new IRowSource[_noise.Length];
        Draw = new KernelPair(factor.Kernel.Draw<float>, factor.Kernel.Draw<double>);
        PullBack = new KernelPair(factor.Kernel.PullBack<float>, factor.Kernel.PullBack<double>);
    }

    public ParameterExtent Extent { get; }

    /// <summary>Whether the values are the parameters themselves, which are neither drawn nor scored.</summary>
    public bool IsPlain => _factor.IsPlain;

    /// <summary>Draws the factor from <see cref="DrawRows"/>.</summary>
    public KernelPair Draw { get; }

    /// <summary>Carries its gradient on.</summary>
    public KernelPair PullBack { get; }

    /// <summary>Its parameters, its noise, and the drawn factor.</summary>
    public nint[] DrawRows { get; private set; } = [];

    /// <summary>The number of its parameters, and the first row that noise is written to.</summary>
    public int ParameterCount => _parameters.Length;

    /// <summary>The drawn factor; where it is plain, its parameter.</summary>
    public nint Values { get; private set; }

    /// <summary>The factor times all coarser ones.</summary>
    public nint Products { get; private set; }

    /// <summary>The gradients of the products, and then of the factor.</summary>
    public nint Gradients { get; private set; }

    /// <summary>The next calls to the noise, one for each of its rows; none for a factor that is no random number.</summary>
    public IRowSource[] NextCalls(NoiseSource noise)
    {
        for (var i = 0; i < _calls.Length; i++)
            _calls[i] = noise.NextNormal();
        return _calls;
    }

    /// <summary>What carries the gradient of the factor on to those of its parameters.</summary>
    /// <param name="gradients">The gradients of all parameters of the family.</param>
    public nint[] PullBackRows(nint[] gradients) => [.. _parameters, .. _noise, Gradients, .. Own(gradients)];

    /// <summary>Mean and variance of the factor, of plain numbers the mean alone, and the addresses that it takes.</summary>
    /// <param name="means">Where the means go.</param>
    /// <param name="variances">Where the variances go.</param>
    public (KernelPair Kernel, nint[] Rows) Moments(nint means, nint variances) => IsPlain
        ? (Draw, [.. _parameters, means])
        : (new(_factor.Kernel.Moments<float>, _factor.Kernel.Moments<double>), [.. _parameters, means, variances]);

    /// <summary>What carries the gradients of these on to those of its parameters, and the addresses that it takes.</summary>
    /// <param name="variances">The variances.</param>
    /// <param name="ofMeans">The gradients of the means.</param>
    /// <param name="ofVariances">The gradients of the variances.</param>
    /// <param name="gradients">The gradients of all parameters of the family.</param>
    public (KernelPair Kernel, nint[] Rows) PullBackMoments(nint variances, nint ofMeans, nint ofVariances, nint[] gradients) => IsPlain
        ? (PullBack, [.. _parameters, ofMeans, .. Own(gradients)])
        : (new(_factor.Kernel.PullBackMoments<float>, _factor.Kernel.PullBackMoments<double>),
            [variances, ofMeans, ofVariances, .. Own(gradients)]);

    /// <summary>The divergence to the prior of a weight, kept for the next weight of that prior; null without a closed form.</summary>
    public KernelPair? DivergenceTo(Prior prior)
    {
        if (_divergence is { } last && last.Prior.Equals(prior))
            return last.Kernel;
        if (_factor.KlTo(prior) is not { } divergence)
            return null;
        var kernel = new KernelPair(divergence.Run<float>, divergence.Run<double>);
        _divergence = (prior, kernel);
        return kernel;
    }

    /// <summary>Its parameters, and the slopes of its divergence with respect to them.</summary>
    public nint[] DivergenceRows
    {
        get
        {
            if (field is not null)
                return field;
            _slopes = Buffers(_parameters.Length);
            return field = [.. _parameters, .. _slopes];
        }
    }

    /// <summary>The slopes, and the gradients that they are added to.</summary>
    /// <param name="gradients">The gradients of all parameters of the family.</param>
    public nint[] SlopeRows(nint[] gradients) => [.. _slopes, .. Own(gradients)];

    /// <summary>Says where products and gradients lie: the finest product is W, and its gradient G.</summary>
    /// <param name="isCoarsest">Whether there is nothing to multiply the factor by.</param>
    /// <param name="finest">The weights, where the factor is the finest.</param>
    public void Place(bool isCoarsest, WeightStore? finest)
    {
        Products = finest is null ? Buffers(1)[0] : TensorMemory.AddressOf(finest.Weights);
        Gradients = finest is null ? Buffers(1)[0] : TensorMemory.AddressOf(finest.Gradients);
        Values = IsPlain ? _parameters[0] : isCoarsest ? Products : Buffers(1)[0];
        DrawRows = [.. _parameters, .. _noise, Values];
    }

    public void Dispose()
    {
        foreach (var buffer in _own)
            buffer.Dispose();
    }

    /// <summary>Those of all rows, one for each parameter of the family, that are of its parameters.</summary>
    private ReadOnlySpan<nint> Own(nint[] rows) => rows.AsSpan(_first, _parameters.Length);

    private nint[] Buffers(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var buffer = _buffer(_all.CountOf(Extent));
        _own.Add(buffer);
        return TensorMemory.AddressOf(buffer);
    })];
}
