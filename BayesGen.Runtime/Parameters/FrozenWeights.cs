using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// What frozen weights hold, kept while an optimizer moves the flat parameters that they are part of: momentum and weight decay move what
/// has no gradient too.
/// </summary>
internal sealed class FrozenWeights : IDisposable
{
    private readonly List<Part> _parts;

    /// <param name="parts">The flat parameters, and the slices of each that are frozen; the slices belong to this object from now
    /// on.</param>
    /// <param name="isWatched">Whether <see cref="RestoreMoved"/> will ask whether a parameter was written.</param>
    public FrozenWeights(IEnumerable<(Parameter Flat, IReadOnlyList<Tensor> Slices)> parts, bool isWatched)
    {
        using var _ = no_grad();
        _parts = [.. parts.Select(part => new Part(
            isWatched ? new VersionProbe(part.Flat) : null,
            [.. part.Slices.Select(slice => (slice, slice.clone().DetachFromDisposeScope()))]))];
    }

    /// <summary>Puts back what is part of a parameter that was written, and watches it no longer.</summary>
    public void RestoreMoved()
    {
        foreach (var part in _parts.Where(part => part.Probe!.HasChanged()).ToList())
        {
            part.Restore();
            part.Dispose();
            _parts.Remove(part);
        }
    }

    /// <summary>Puts everything back.</summary>
    public void Restore()
    {
        foreach (var part in _parts)
            part.Restore();
    }

    public void Dispose()
    {
        foreach (var part in _parts)
            part.Dispose();
        _parts.Clear();
    }

    /// <summary>The frozen slices of one flat parameter.</summary>
    private sealed class Part(VersionProbe? probe, List<(Tensor Live, Tensor Saved)> slices) : IDisposable
    {
        public VersionProbe? Probe => probe;

        public void Restore()
        {
            using var _ = no_grad();
            foreach (var (live, saved) in slices)
                live.copy_(saved);
        }

        public void Dispose()
        {
            probe?.Dispose();
            foreach (var (live, saved) in slices)
            {
                live.Dispose();
                saved.Dispose();
            }
        }
    }
}
