using System.Runtime.ExceptionServices;
using BayesGen.Noise;

namespace BayesGen.Parameters;

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
        Enter();
        RequireNoDraw(purpose);
        RequireNoGradient(purpose);

        // Only a loan that exists can be given back.
        var loan = new WeightLoan(this);
        _isBorrowed = true;
        return loan;
    }

    /// <summary>Checks that nothing is under way that a file would miss or mix up.</summary>
    internal void RequireRest(string what)
    {
        Enter();
        RequireNoDraw(what);
        RequireNoGradient(what);
    }

    /// <summary>
    /// Draws the posterior without touching the weights and hands the draw over for as long as <paramref name="use"/> runs.
    /// </summary>
    /// <param name="seed">The seed of the draw.</param>
    /// <param name="use">What is done with it.</param>
    /// <param name="keep">Flat masks of weights that count, on top of the arenas' own; null where all of those do.</param>
    internal TResult Sample<TResult>(long seed, Func<IReadOnlyList<ArenaDraw>, TResult> use, IReadOnlyList<Tensor>? keep = null)
    {
        ReadFrozen();
        var noise = new NoiseSource(seed);
        var draws = new List<ArenaDraw>(_families.Count);
        try
        {
            for (var i = 0; i < _families.Count; i++)
                draws.Add(new GraphDraw(_families[i], _families[i].Sample(noise).DetachFromDisposeScope(), null) { Keep = keep?[i] });
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
        private readonly List<Tensor> _saved = [];
        private bool _isReturned;

        public WeightLoan(NetworkArena arena)
        {
            _arena = arena;
            using var _ = no_grad();
            try
            {
                foreach (var family in arena._families)
                    _saved.Add(family.Store.Weights.clone().DetachFromDisposeScope());
            }
            catch
            {
                Release();
                throw;
            }
        }

        /// <summary>Writes the mean or the MAP, with more weights set to zero where masks are given.</summary>
        public void Write(WeightState state, IReadOnlyList<Tensor>? keep = null)
        {
            using var scope = NewDisposeScope();
            Write(Point(state, keep));
        }

        /// <summary>Writes a draw, with more weights set to zero where masks are given.</summary>
        public void WriteDraw(NoiseSource noise, IReadOnlyList<Tensor>? keep = null)
        {
            using var scope = NewDisposeScope();
            Write(Draw(noise, keep));
        }

        /// <summary>Writes weights, flat, one tensor for each family.</summary>
        public void Write(IReadOnlyList<Tensor> weights)
        {
            using var _ = no_grad();
            foreach (var (family, flat) in _arena._families.Zip(weights))
                family.Store.Write(flat);
        }

        /// <summary>The mean or the MAP, flat, with more weights set to zero where masks are given.</summary>
        public IReadOnlyList<Tensor> Point(WeightState state, IReadOnlyList<Tensor>? keep = null)
        {
            using var _ = no_grad();
            return [.. _arena._families.Select((family, i) => family.Point(state, keep?[i]))];
        }

        /// <summary>Several draws from a seed of their own, each as <see cref="Write(IReadOnlyList{Tensor})"/> takes it.</summary>
        public IReadOnlyList<IReadOnlyList<Tensor>> Draws(int count, long seed, IReadOnlyList<Tensor>? keep = null)
        {
            var noise = new NoiseSource(seed);
            return [.. Enumerable.Range(0, count).Select(_ => Draw(noise, keep))];
        }

        /// <summary>A draw, flat, with more weights set to zero where masks are given.</summary>
        private IReadOnlyList<Tensor> Draw(NoiseSource noise, IReadOnlyList<Tensor>? keep = null)
        {
            using var _ = no_grad();
            return [.. _arena._families.Select((family, i) =>
                keep is null ? family.Sample(noise) : family.Kept(family.Sample(noise), keep[i]))];
        }

        /// <summary>Writes every store back that can be written, whatever becomes of another, and ends the loan in any case.</summary>
        public void Dispose()
        {
            if (_isReturned)
                return;
            _isReturned = true;
            List<Exception> failures = [];
            for (var i = 0; i < _saved.Count; i++)
            {
                try
                {
                    _arena._families[i].Store.Write(_saved[i]);
                }
                catch (Exception exception)
                {
                    failures.Add(exception);
                }
            }

            Release();
            _arena._isBorrowed = false;
            if (failures.Count == 0)
                return;
            _arena._isStale = true;
            ExceptionDispatchInfo.Throw(failures[0]);
        }

        private void Release()
        {
            foreach (var saved in _saved)
                saved.Dispose();
            _saved.Clear();
        }
    }
}
