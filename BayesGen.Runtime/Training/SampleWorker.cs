using BayesGen.Parameters;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>One network of a <see cref="SampleExecutor"/>, and its share of the samples of a step.</summary>
/// <param name="arena">The memory of the network.</param>
/// <param name="forward">Its forward.</param>
/// <param name="backward">Carries the gradient of a sample on to its parameters.</param>
/// <param name="parameters">Tells what the gradients add up on.</param>
/// <param name="samples">Which samples of a step it takes, by their number from 0.</param>
/// <param name="isAntithetic">Whether samples come in pairs of opposite noise.</param>
internal sealed class SampleWorker(
    NetworkArena arena, Func<Tensor, Tensor> forward, Action<WeightDraw, Tensor> backward, Func<IReadOnlyList<Parameter>> parameters,
    IReadOnlyList<int> samples, bool isAntithetic)
{
    private long _pairStart;

    public NetworkArena Arena { get; } = arena;

    public Func<Tensor, Tensor> Forward { get; } = forward;

    public Action<WeightDraw, Tensor> Backward { get; } = backward;

    /// <summary>Which samples of a step it takes, by their number from 0.</summary>
    public IReadOnlyList<int> Samples { get; } = samples;

    /// <summary>What the gradients add up on.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters();

    /// <summary>Where the noise of the samples to come is; without a plan the samples follow each other.</summary>
    public NoisePlan? Plan { get; set; }

    /// <summary>Brings the source of noise to where a sample begins.</summary>
    /// <param name="k">The number of the sample in the step.</param>
    /// <returns>To be disposed after the sample.</returns>
    public SampleNoise PlaceNoise(int k)
    {
        var isSecond = isAntithetic && k % 2 == 1;
        if (Plan is { } plan)
        {
            _pairStart = plan.Start + plan.CallsPerSample * (isAntithetic ? k / 2 : k);
            Arena.Noise.Reseed(plan.Seed, _pairStart);
        }
        else if (!isSecond)
        {
            _pairStart = Arena.Noise.Calls;
        }

        return new SampleNoise(
            Arena, isSecond ? Arena.Noise.Mirror(_pairStart) : null, Plan is null ? null : _pairStart + Plan.CallsPerSample);
    }

    /// <summary>The noise of one sample.</summary>
    /// <param name="arena">Where its source is.</param>
    /// <param name="reflection">Turns its signs for as long as it lives, or null.</param>
    /// <param name="end">Where the source must be after the sample; null where it may be anywhere.</param>
    public sealed class SampleNoise(NetworkArena arena, IDisposable? reflection, long? end) : IDisposable
    {
        /// <summary>Checks that the sample took as much noise as was planned.</summary>
        /// <exception cref="InvalidOperationException">It did not.</exception>
        public void RequireEnd()
        {
            if (end is { } expected && arena.Noise.Calls != expected)
                throw new InvalidOperationException(
                    "A sample took another amount of noise than the first one did: the network runs its layers a number of times that changes, and "
                    + "samples side by side would share noise. Leave TrainerOptions.Replicas out.");
        }

        public void Dispose() => reflection?.Dispose();
    }
}

/// <summary>Where the noise of the samples of a step is, so that each can be taken by itself.</summary>
/// <param name="Seed">The seed of the source.</param>
/// <param name="Start">The calls to the source before the step.</param>
/// <param name="CallsPerSample">The calls that one sample takes, or a pair of antithetic ones.</param>
internal sealed record NoisePlan(long Seed, long Start, long CallsPerSample);
