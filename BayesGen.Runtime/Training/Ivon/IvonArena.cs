using BayesGen.Kernels;
using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>What IVON keeps of the weights of one arena, and its step for them.</summary>
internal sealed class IvonArena : IDisposable
{
    private readonly FamilyArena _arena;
    private readonly IvonOptions _options;

    /// <summary>The weight decay of each weight of the arena that <see cref="Precision"/> contains.</summary>
    private readonly double[] _decays;

    /// <param name="arena">The arena, of Gaussian weights.</param>
    /// <param name="options">How IVON moves.</param>
    /// <param name="sampleSize">lambda.</param>
    /// <param name="isFresh">Whether nothing was learned yet, so that the options' curvature may overwrite log_sigma.</param>
    public IvonArena(FamilyArena arena, IvonOptions options, double sampleSize, bool isFresh)
    {
        _arena = arena;
        _options = options;
        _decays = DecaysAt(sampleSize);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var store = arena.Store;
        // A mean over a thousand steps would stand still in a dtype of three digits.
        var dtype = store.Dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Momentum = zeros(store.Count, dtype: dtype, device: store.Device).DetachFromDisposeScope();
        Precision = ((arena.Flat[1].detach().to(dtype) * Operand(-2)).exp() / Operand(sampleSize)).DetachFromDisposeScope();
        if (options.InitialCurvature is { } curvature && isFresh)
        {
            var start = zeros_like(Precision, dtype: dtype, device: store.Device);
            for (var i = 0; i < _decays.Length; i++)
                start.narrow(0, arena.Weights[i].Place.Offset, arena.Weights[i].Count).fill_(Operand(curvature + _decays[i]));
            var logSigma = ((start * Operand(sampleSize)).log() * Operand(-0.5)).to(store.Dtype);
            var kept = arena.Mask.Trainable?.to(ScalarType.Bool) ?? ones_like(start, dtype: ScalarType.Bool, device: store.Device);
            Precision.copy_(where(kept, start, Precision));
            arena.Flat[1].copy_(where(kept, logSigma, arena.Flat[1]));
        }
    }

    /// <summary>The running mean of gradients.</summary>
    public Tensor Momentum { get; }

    /// <summary>h + delta = 1 / (lambda sigma^2): the precision of the posterior for each example.</summary>
    public Tensor Precision { get; }

    /// <summary>
    /// Whether a step can take the gradient and the noise of the draw from where they lie, without a pull-back: of one draw by kernels.
    /// </summary>
    /// <param name="isOneSample">Whether a step has one draw.</param>
    public bool TakesDeviation(bool isOneSample) => isOneSample && _arena is { Kernel.Noise.Count: 1, Local: null };

    /// <summary>Moves the weights.</summary>
    /// <param name="step">t, from 1.</param>
    /// <param name="sampleSize">lambda.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="takesDeviation">Whether G was not pulled back.</param>
    public void Step(long step, double sampleSize, double learningRate, bool takesDeviation)
    {
        if (_arena.Flat[0].requires_grad != _arena.Flat[1].requires_grad)
            throw new NotSupportedException(
                "IVON moves mu and log_sigma together, and the requires_grad of one of them is off. Freeze whole weights by "
                    + "model.Freeze, or train "
                + "with CreateTrainer.");
        Adopt(DecaysAt(sampleSize));
        using var scope = NewDisposeScope();
        var (mu, logSigma) = (_arena.Flat[0], _arena.Flat[1]);
        var gradient = takesDeviation ? _arena.Store.Gradients : mu.grad;
        var other = takesDeviation ? _arena.Kernel!.Noise[0] : logSigma.grad;
        if (gradient is null || other is null)
            return; // No weight took part in the fit.
        foreach (var (offset, count, center, decay) in Runs())
        {
            var update = new IvonUpdate
            {
                SampleSize = sampleSize,
                Decay = decay,
                Center = center,
                Rate = learningRate,
                Beta1 = _options.Beta1,
                Beta2 = _options.Beta2,
                Step = step,
                TrustRadius = _options.TrustRadius ?? double.PositiveInfinity,
                TakesDeviation = takesDeviation,
            };
            update.Apply(
                Part(mu), Part(logSigma), Part(Momentum), Part(Precision), Part(gradient), Part(other),
                _arena.Mask.Trainable is { } moves ? Part(moves) : null);

            Tensor Part(Tensor flat) => flat.narrow(0, offset, count);
        }
    }

    /// <summary>The flat gradients that a step would take; handles of their own.</summary>
    /// <param name="takesDeviation">Whether G was not pulled back.</param>
    public IEnumerable<Tensor> Gradients(bool takesDeviation) => takesDeviation
        ? [_arena.Store.Gradients.alias()]
        : _arena.Flat.Select(flat => flat.grad).OfType<Tensor>();

    public void Dispose()
    {
        Momentum.Dispose();
        Precision.Dispose();
    }

    /// <summary>delta = 1 / (lambda s^2) of each weight of the arena.</summary>
    private double[] DecaysAt(double sampleSize) =>
        [.. _arena.Weights.Select(weight => IvonLoss.PriorOf(_arena, weight).Scale).Select(scale => 1 / (sampleSize * scale * scale))];

    /// <summary>
    /// Puts another weight decay into <see cref="Precision"/>, where the prior, beta or the number of examples has changed. h stays, except
    /// where one below zero would outweigh a smaller decay; it shrinks along.
    /// </summary>
    private void Adopt(double[] decays)
    {
        for (var i = 0; i < decays.Length; i++)
        {
            if (decays[i] == _decays[i])
                continue;
            using var scope = NewDisposeScope();
            var part = Precision.narrow(0, _arena.Weights[i].Place.Offset, _arena.Weights[i].Count);
            var moved = part + Operand(decays[i] - _decays[i]);
            part.copy_(decays[i] > _decays[i] ? moved : maximum(moved, part * Operand(decays[i] / _decays[i])));
            _decays[i] = decays[i];
        }
    }

    /// <summary>Runs of neighboring weights with one prior.</summary>
    private IEnumerable<(long Offset, long Count, double Center, double Decay)> Runs()
    {
        for (var first = 0; first < _decays.Length;)
        {
            var (center, scale) = IvonLoss.PriorOf(_arena, _arena.Weights[first]);
            var next = first + 1;
            while (next < _decays.Length && IvonLoss.PriorOf(_arena, _arena.Weights[next]) == (center, scale))
                next++;
            var last = _arena.Weights[next - 1];
            var from = _arena.Weights[first].Place.Offset;
            yield return (from, last.Place.Offset + last.Count - from, center, _decays[first]);
            first = next;
        }
    }
}
