using System.Runtime.ExceptionServices;
using BayesGen.Noise;

namespace BayesGen.Parameters;

/// <summary>
/// Other weights in the network for as long as it lives, for an evaluation or an export; then the weights are what they were, bit for bit.
/// </summary>
internal sealed class WeightOverride : IDisposable
{
    private readonly IReadOnlyList<FamilyArena> _families;
    private readonly Action<bool> _onEnd;
    private readonly List<Tensor> _saved = [];
    private bool _isOver;

    /// <param name="families">Where the weights lie.</param>
    /// <param name="onEnd">Is told, at the end, whether every weight is back.</param>
    public WeightOverride(IReadOnlyList<FamilyArena> families, Action<bool> onEnd)
    {
        (_families, _onEnd) = (families, onEnd);
        using var _ = no_grad();
        try
        {
            foreach (var family in families)
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
        foreach (var (family, flat) in _families.Zip(weights))
            family.Store.Write(flat);
    }

    /// <summary>The mean or the MAP, flat, with more weights set to zero where masks are given.</summary>
    public IReadOnlyList<Tensor> Point(WeightState state, IReadOnlyList<Tensor>? keep = null)
    {
        using var _ = no_grad();
        return [.. _families.Select((family, i) => family.Point(state, keep?[i]))];
    }

    /// <summary>Several draws from a seed of their own, each as <see cref="Write(IReadOnlyList{Tensor})"/> takes it.</summary>
    public IReadOnlyList<IReadOnlyList<Tensor>> Draws(int count, long seed, IReadOnlyList<Tensor>? keep = null)
    {
        var noise = new NoiseSource(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Draw(noise, keep))];
    }

    /// <summary>Writes every store back that can be written, whatever becomes of another, and ends the override in any case.</summary>
    public void Dispose()
    {
        if (_isOver)
            return;
        _isOver = true;
        List<Exception> failures = [];
        for (var i = 0; i < _saved.Count; i++)
        {
            try
            {
                _families[i].Store.Write(_saved[i]);
            }
            catch (Exception exception)
            {
                failures.Add(exception);
            }
        }

        Release();
        _onEnd(failures.Count == 0);
        if (failures.Count > 0)
            ExceptionDispatchInfo.Throw(failures[0]);
    }

    /// <summary>A draw, flat, with more weights set to zero where masks are given.</summary>
    private IReadOnlyList<Tensor> Draw(NoiseSource noise, IReadOnlyList<Tensor>? keep = null)
    {
        using var _ = no_grad();
        return [.. _families.Select((family, i) => keep is null ? family.Sample(noise) : family.Sample(noise, keep[i]))];
    }

    private void Release()
    {
        foreach (var saved in _saved)
            saved.Dispose();
        _saved.Clear();
    }
}
