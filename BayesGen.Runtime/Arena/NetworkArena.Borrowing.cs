namespace BayesGen;

/// <summary>Lending the weights out: evaluation and export write what they need and leave every bit as it was.</summary>
public sealed partial class NetworkArena
{
    /// <summary>
    /// Lends the weights until the loan is disposed; then they, and the mode of the network, are what they were, bit for bit.
    /// </summary>
    /// <param name="purpose">What for, as it reads in an error message.</param>
    /// <exception cref="InvalidOperationException">
    /// A draw is alive, another loan runs, or a gradient was left behind by a bare backward().
    /// </exception>
    internal WeightLoan Borrow(string purpose)
    {
        RequireNoDraw(purpose);
        RequireNoGradient(purpose);
        _isBorrowed = true;
        return new WeightLoan(this);
    }

    /// <summary>Checks that nothing is under way that a file would miss or mix up.</summary>
    internal void RequireRest(string what)
    {
        RequireNoDraw(what);
        RequireNoGradient(what);
    }

    /// <summary>Draws the posterior without touching the weights and hands the draw over for as long as <paramref name="use"/> runs.</summary>
    internal TResult Sample<TResult>(long seed, Func<IReadOnlyList<ArenaDraw>, TResult> use)
    {
        using var noise = new NoiseSource(seed);
        List<ArenaDraw> draws = [.. _families.Select(arena => new GraphDraw(arena, arena.Sample(noise).DetachFromDisposeScope(), null))];
        try
        {
            return use(draws);
        }
        finally
        {
            foreach (var draw in draws)
                draw.Dispose();
        }
    }

    /// <summary>A loan of the weights.</summary>
    internal sealed class WeightLoan : IDisposable
    {
        private readonly NetworkArena _arena;
        private readonly Tensor[] _saved;

        public WeightLoan(NetworkArena arena)
        {
            _arena = arena;
            using var _ = no_grad();
            _saved = [.. arena._families.Select(family => family.Store.Weights.clone().DetachFromDisposeScope())];
        }

        /// <summary>Writes the mean or the MAP, with more weights set to zero where masks are given.</summary>
        public void Write(WeightState state, IReadOnlyList<Tensor>? keep = null)
        {
            for (var i = 0; i < _arena._families.Count; i++)
                _arena._families[i].Write(state, keep?[i]);
        }

        /// <summary>Writes a draw, with more weights set to zero where masks are given.</summary>
        public void WriteDraw(NoiseSource noise, IReadOnlyList<Tensor>? keep = null)
        {
            using var _ = no_grad();
            for (var i = 0; i < _arena._families.Count; i++)
            {
                using var sample = _arena._families[i].Sample(noise);
                if (keep is not null)
                    sample.mul_(keep[i]);
                _arena._families[i].Store.Write(sample);
            }
        }

        public void Dispose()
        {
            for (var i = 0; i < _saved.Length; i++)
            {
                _arena._families[i].Store.Write(_saved[i]);
                _saved[i].Dispose();
            }

            _arena._isBorrowed = false;
        }
    }
}
