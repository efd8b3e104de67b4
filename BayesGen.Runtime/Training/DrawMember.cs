using BayesGen.Parameters;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>One network of a <see cref="DrawTeam"/>, and its share of the draws of a step.</summary>
/// <param name="arena">The memory of the network.</param>
/// <param name="forward">Its forward.</param>
/// <param name="backward">Carries the gradient of a draw on to its parameters.</param>
/// <param name="parameters">Tells what the gradients add up on.</param>
/// <param name="draws">Which draws of a step it takes, by their number from 0.</param>
/// <param name="isAntithetic">Whether draws come in pairs of opposite noise.</param>
internal sealed class DrawMember(
    NetworkArena arena, Func<Tensor, Tensor> forward, Action<WeightDraw, Tensor> backward, Func<IReadOnlyList<Parameter>> parameters,
    IReadOnlyList<int> draws, bool isAntithetic)
{
    private NoisePlan? _plan;
    private long _pairStart;

    public NetworkArena Arena { get; } = arena;

    public Func<Tensor, Tensor> Forward { get; } = forward;

    public Action<WeightDraw, Tensor> Backward { get; } = backward;

    /// <summary>Which draws of a step it takes, by their number from 0.</summary>
    public IReadOnlyList<int> Draws { get; } = draws;

    /// <summary>What the gradients add up on.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters();

    /// <summary>Tells where the noise of the draws to come is; without a plan the draws follow each other.</summary>
    public void Follow(NoisePlan? plan) => _plan = plan;

    /// <summary>Brings the source of noise to where a draw begins.</summary>
    /// <param name="k">The number of the draw in the step.</param>
    /// <returns>To be disposed after the draw.</returns>
    public DrawNoise PlaceNoise(int k)
    {
        var isSecond = isAntithetic && k % 2 == 1;
        if (_plan is { } plan)
        {
            _pairStart = plan.Start + plan.CallsPerDraw * (isAntithetic ? k / 2 : k);
            Arena.Noise.Reseed(plan.Seed, _pairStart);
        }
        else if (!isSecond)
        {
            _pairStart = Arena.Noise.Calls;
        }

        return new DrawNoise(
            Arena, isSecond ? Arena.Noise.Mirror(_pairStart) : null, _plan is null ? null : _pairStart + _plan.CallsPerDraw);
    }

    /// <summary>The noise of one draw.</summary>
    /// <param name="arena">Where its source is.</param>
    /// <param name="reflection">Turns its signs for as long as it lives, or null.</param>
    /// <param name="end">Where the source must be after the draw; null where it may be anywhere.</param>
    public sealed class DrawNoise(NetworkArena arena, IDisposable? reflection, long? end) : IDisposable
    {
        /// <summary>Checks that the draw took as much noise as was planned.</summary>
        /// <exception cref="InvalidOperationException">It did not.</exception>
        public void RequireEnd()
        {
            if (end is { } expected && arena.Noise.Calls != expected)
                throw new InvalidOperationException(
                    "A draw took another amount of noise than the first one did: the network runs its layers a number of times that changes, and "
                    + "draws side by side would share noise. Leave TrainerOptions.Replicas out.");
        }

        public void Dispose() => reflection?.Dispose();
    }
}

/// <summary>Where the noise of the draws of a step is, so that each can be taken by itself.</summary>
/// <param name="Seed">The seed of the source.</param>
/// <param name="Start">The calls to the source before the step.</param>
/// <param name="CallsPerDraw">The calls that one draw takes, or a pair of antithetic ones.</param>
internal sealed record NoisePlan(long Seed, long Start, long CallsPerDraw);
