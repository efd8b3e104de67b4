using BayesGen.Kernels;
using BayesGen.Noise;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// Who may write the weights that the network computes with: a draw while one is alive, an override while one lasts, else the mean or
/// the MAP of the posterior.
/// </summary>
internal sealed class WeightLease(ParameterInventory inventory, ParameterFreezing freezing, NoiseSource noise)
{
    private readonly BareBackwardGuard _bareBackward = new(inventory);
    private WeightDraw? _draw;
    private bool _isOverridden;
    private bool _isStale;

    /// <summary>What the weights hold while no draw is alive.</summary>
    public WeightState State { get; private set; } = WeightState.Mean;

    /// <summary>The source of the noise of unseeded draws.</summary>
    public NoiseSource Noise => noise;

    /// <summary>Draws every Bayesian weight and writes the draw into the network. Gradients flow if they are on.</summary>
    /// <param name="seed">A seed of its own for this draw; null draws on from <see cref="Noise"/>.</param>
    /// <returns>The draw; dispose it before the next one.</returns>
    /// <exception cref="InvalidOperationException">
    /// Another draw is alive, an evaluation is running, or a gradient was left behind by a bare backward().
    /// </exception>
    public WeightDraw Draw(long? seed = null)
    {
        freezing.Enter();
        if (_draw is not null)
            throw new InvalidOperationException(
                "Another draw of this network is alive. Dispose it before the next one; model.EndDraw() ends one that was dropped.");
        if (_isOverridden)
            throw new InvalidOperationException("An evaluation holds the weights of this network. Draw when it has ended.");
        if (inventory.Families.Any(arena => arena.Store.MayHaveGradient))
            _bareBackward.RequireNoGradient("draw");
        var draw = DrawInto(seed);
        draw.WatchParameters();
        return draw;
    }

    /// <summary>The same without a look at the gradients, which takes time, and on a device a wait.</summary>
    public WeightDraw DrawUnchecked()
    {
        freezing.Enter();
        return DrawInto(null);
    }

    /// <summary>Ends the draw that is alive, if one is: for a draw that was dropped without being disposed.</summary>
    public void EndDraw() => _draw?.Dispose();

    /// <summary>Whether the network computes with this draw.</summary>
    public bool IsHeldBy(WeightDraw draw) => ReferenceEquals(_draw, draw);

    /// <summary>A draw gives the weights back, which are rewritten before the next forward.</summary>
    public void End(WeightDraw draw)
    {
        if (!ReferenceEquals(_draw, draw))
            return;
        _draw = null;
        _isStale = true;
    }

    /// <summary>
    /// Draws the posterior without touching the weights and hands the draw over for as long as <paramref name="use"/> runs.
    /// </summary>
    /// <param name="seed">The seed of the draw.</param>
    /// <param name="use">What is done with it.</param>
    /// <param name="keep">Flat masks of weights that count, on top of the arenas' own; null where all of those do.</param>
    public TResult Sample<TResult>(long seed, Func<IReadOnlyList<ArenaDraw>, TResult> use, IReadOnlyList<Tensor>? keep = null)
    {
        freezing.Read();
        var families = inventory.Families;
        var own = new NoiseSource(seed);
        var draws = new List<ArenaDraw>(families.Length);
        try
        {
            for (var i = 0; i < families.Length; i++)
                draws.Add(new GraphDraw(families[i], families[i].Sample(own).DetachFromDisposeScope(), null) { MaskValues = keep?[i] });
            return use(draws);
        }
        finally
        {
            foreach (var draw in draws)
                draw.Dispose();
        }
    }

    /// <summary>Lends the weights until what is returned is disposed; then they are what they were, bit for bit.</summary>
    /// <param name="purpose">What for, as it reads in an error message.</param>
    /// <exception cref="InvalidOperationException">
    /// A draw is alive, another override lasts, or a gradient was left behind by a bare backward().
    /// </exception>
    public WeightOverride Override(string purpose)
    {
        RequireIdle(purpose);

        // Only an override that exists can end.
        var weights = new WeightOverride(inventory.Families, isRestored =>
        {
            _isOverridden = false;
            _isStale |= !isRestored;
        });
        _isOverridden = true;
        return weights;
    }

    /// <summary>Checks that nothing is under way that a file would miss or mix up.</summary>
    /// <param name="what">What is to be done, as it reads in an error message.</param>
    /// <param name="next">The same as a noun; null where it is the same word.</param>
    public void RequireIdle(string what, string? next = null)
    {
        RequireNoDraw(what);
        _bareBackward.RequireNoGradient(next ?? what);
    }

    /// <summary>Checks that neither a draw nor an override has the weights.</summary>
    /// <param name="what">What is to be done, as it reads in an error message.</param>
    public void RequireNoDraw(string what)
    {
        freezing.Enter();
        if (_draw is not null)
            throw new InvalidOperationException($"A draw of this network is alive: dispose it before you {what}.");
        if (_isOverridden)
            throw new InvalidOperationException($"An evaluation holds the weights of this network: {what} when it has ended.");
    }

    /// <summary>Lets the network compute with the posterior mean or the MAP while no draw is alive, and writes it.</summary>
    public void UseWeights(WeightState state)
    {
        RequireNoDraw("change the resting state");
        State = state;
        Restore();
    }

    /// <summary>Writes the mean or the MAP, whichever the network is to compute with.</summary>
    public void Restore()
    {
        foreach (var arena in inventory.Families)
        {
            using var point = arena.Point(State);
            arena.Store.Write(point);
        }

        _isStale = false;
    }

    /// <summary>Lets the weights be written before the next forward.</summary>
    public void Invalidate() => _isStale = true;

    /// <summary>With no draw alive, makes sure before a forward that the weights are those of the current posterior.</summary>
    public void BeforeForward()
    {
        freezing.Enter();
        var isTraining = inventory.Network.training;
        if (_draw is null && !_isOverridden && (_isStale || isTraining))
            Restore();
        if (!is_grad_enabled())
            return;
        if (_draw is { } draw)
            draw.RequireUnmoved();
        else if (!_isOverridden && isTraining)
            _bareBackward.RequireNoLostSteps();
        foreach (var arena in inventory.Families)
            arena.Store.ExpectGradient();
    }

    /// <summary>Forgets every gradient, one left behind by a bare backward() included, and repairs the gradient buffers.</summary>
    /// <param name="setToNone">Whether the gradients of the posterior parameters become undefined instead of zero.</param>
    public void ZeroGradients(bool setToNone)
    {
        freezing.Enter();
        _draw?.ForgetGradients();
        _bareBackward.OnZeroGradients();
        foreach (var arena in inventory.Families)
        {
            arena.Kernel?.Forget();
            foreach (var flat in arena.Flat)
                ZeroGradient(flat, setToNone);
            if (arena.Priors.Learned is { } prior)
                ZeroGradient(prior, setToNone);

            arena.Store.ClearGradients();
            arena.Store.AliasGradients();
            arena.Local?.ZeroGradients();
        }

        foreach (var arena in inventory.Deterministic)
            arena.ZeroGradient();
    }

    private WeightDraw DrawInto(long? seed)
    {
        var source = seed is { } start ? new NoiseSource(start) : noise;
        var draws = new List<ArenaDraw>(inventory.Families.Length);
        freezing.Read();
        _isStale = true;
        _bareBackward.OnDraw();
        try
        {
            foreach (var arena in inventory.Families)
                draws.Add(arena.Draw(source));
        }
        catch
        {
            foreach (var draw in draws)
                draw.Dispose();
            foreach (var arena in inventory.Families)
                arena.Local?.End();
            throw;
        }

        return _draw = new WeightDraw(this, inventory, freezing, draws);
    }

    private static void ZeroGradient(Parameter parameter, bool setToNone)
    {
        using var gradient = parameter.grad;
        if (gradient is null)
            return;
        if (setToNone)
            parameter.grad = null;
        else
            gradient.ZeroInPlace();
    }
}
