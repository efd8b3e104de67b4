using BayesGen.Noise;

namespace BayesGen.Parameters;

/// <summary>Draws, the one door for training.</summary>
public sealed partial class NetworkArena
{
    /// <summary>
    /// Draws every Bayesian weight and writes the draw into the network. Gradients flow if they are on.
    /// </summary>
    /// <param name="seed">A seed of its own for this draw; null draws on from <see cref="Noise"/>.</param>
    /// <returns>The draw; dispose it before the next one.</returns>
    /// <exception cref="InvalidOperationException">
    /// Another draw is alive, an evaluation is running, or a gradient was left behind by a bare backward().
    /// </exception>
    public WeightDraw Draw(long? seed = null)
    {
        Enter();
        if (_draw is not null)
            throw new InvalidOperationException(
                "Another draw of this network is alive. Dispose it before the next one; model.EndDraw() ends one that was dropped.");
        if (_isBorrowed)
            throw new InvalidOperationException("An evaluation holds the weights of this network. Draw when it has ended.");
        if (_families.Any(arena => arena.Store.MayHaveGradient))
            RequireNoGradient("draw");
        var draw = DrawInto(seed);
        draw.WatchParameters();
        return draw;
    }

    /// <summary>Ends the draw that is alive, if one is: for a draw that was dropped without being disposed.</summary>
    public void EndDraw() => _draw?.Dispose();

    /// <summary>The same without a look at the gradients, which takes time, and on a device a wait.</summary>
    internal WeightDraw DrawUnchecked()
    {
        Enter();
        return DrawInto(null);
    }

    /// <summary>
    /// Promises that the posterior stays as it is until <see cref="ReleasePosterior"/>: what depends on it alone, a divergence in closed
    /// form, is computed once for all draws, and carried on to the gradients by <see cref="SettleDivergences"/>.
    /// </summary>
    internal void HoldPosterior()
    {
        foreach (var arena in _families)
            arena.Kernel?.Hold();
    }

    /// <summary>Completes the gradients of the draws since <see cref="HoldPosterior"/>.</summary>
    internal void SettleDivergences()
    {
        foreach (var arena in _families)
            arena.Kernel?.Settle();
    }

    /// <summary>Ends the promise of <see cref="HoldPosterior"/>; what was not settled is forgotten.</summary>
    internal void ReleasePosterior()
    {
        foreach (var arena in _families)
            arena.Kernel?.Release();
    }

    /// <summary>
    /// Until the returned object is disposed, gradients of the biases of convolutions are summed here; see <see cref="BiasGradients"/>.
    /// </summary>
    internal IDisposable SumBiasGradients() => _biasGradients!.Begin();

    private WeightDraw DrawInto(long? seed)
    {
        var noise = seed is { } start ? new NoiseSource(start) : _noise;
        var draws = new List<ArenaDraw>(_families.Count);
        ReadFrozen();
        _isStale = true;
        (_hasRunWithoutDraw, _discarded) = (false, 0);
        try
        {
            foreach (var arena in _families)
                draws.Add(arena.Draw(noise));
        }
        catch
        {
            foreach (var draw in draws)
                draw.Dispose();
            foreach (var arena in _families)
                arena.Local?.End();
            throw;
        }

        return _draw = new WeightDraw(this, draws);
    }
}
