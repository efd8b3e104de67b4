using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// The priors of the weights of one arena. A prior is a value; the numbers of those that are learned lie in one flat tensor, so that an
/// optimizer sees one more tensor whatever the number of weights.
/// </summary>
internal sealed class ArenaPriors : IDisposable
{
    private readonly Prior[] _priors;
    private readonly WeightStore _store;
    private Parameter? _learned;
    private Tensor[][] _windows = [];

    public ArenaPriors(Prior[] priors, WeightStore store)
    {
        _priors = priors;
        _store = store;
        Lay();
    }

    /// <summary>The numbers that are learned, of all weights in order; null where every prior is fixed.</summary>
    public Parameter? Learned => _learned;

    /// <summary>The prior of a weight with its present numbers.</summary>
    public Prior this[int index] => Trainable(index) is { } trainable
        ? trainable.With([.. _windows[index].Select(window => window.to(ScalarType.Float64).item<double>())])
        : _priors[index];

    /// <summary>Gives a weight another prior. What other weights have learned stays.</summary>
    public void Set(int index, Prior prior)
    {
        for (var i = 0; i < _priors.Length; i++)
            _priors[i] = i == index ? prior : this[i];
        Lay();
    }

    /// <summary>Takes over the priors of an arena of the same layout, and what they have learned.</summary>
    public void Follow(ArenaPriors leader)
    {
        if (!_priors.SequenceEqual(leader._priors))
        {
            leader._priors.CopyTo(_priors, 0);
            Lay();
        }

        using var _ = no_grad();
        _learned?.copy_(leader._learned!);
    }

    /// <summary>The prior of a weight as a loss scores against it: gradients flow to what is learned.</summary>
    public Prior ToScore(int index) => Trainable(index) is { } trainable
        ? trainable.Over([.. _windows[index].Select((_, i) => _learned!.narrow(0, OffsetOf(index) + i, 1))])
        : _priors[index];

    /// <summary>Whether two weights can be scored against one prior. Learned ones are each weight's own.</summary>
    public bool AreOne(int one, int other) => Trainable(one) is null && _priors[one].Equals(_priors[other]);

    /// <summary>The numbers of one weight's prior that are learned, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> LearnedOf(int index) => Trainable(index) is { } trainable
        ? trainable.ParameterNames.Zip(_windows[index])
        : [];

    public void Dispose()
    {
        foreach (var window in _windows.SelectMany(windows => windows))
            window.Dispose();
        if (_learned is null)
            return;
        _learned.grad = null;
        _learned.Dispose();
    }

    private ITrainablePrior? Trainable(int index) => _priors[index] is ITrainablePrior { IsTrainable: true } trainable ? trainable : null;

    private long OffsetOf(int index) => _windows.Take(index).Sum(windows => windows.Length);

    /// <summary>Lays the numbers that are learned end to end.</summary>
    private void Lay()
    {
        using var _ = no_grad();
        Dispose();
        _learned = null;
        double[] values = [.. Enumerable.Range(0, _priors.Length).SelectMany(index => Trainable(index)?.ParameterValues ?? [])];
        if (values.Length > 0)
        {
            // On the CPU a tensor may continue using the memory of the array.
            using var start = tensor(values, dtype: ScalarType.Float64, device: CPU);
            _learned = new Parameter(start.to(_store.Dtype, _store.Device, copy: true));
            _learned.DetachFromDisposeScope();
        }

        var next = 0;
        _windows = [.. Enumerable.Range(0, _priors.Length)
            .Select(index => (Trainable(index)?.ParameterNames ?? []).Select(name => Window(next++)).ToArray())];
    }

    /// <summary>One number as a slice that shares memory with the whole and may be written without a no_grad.</summary>
    private Tensor Window(int index)
    {
        using var detached = _learned!.detach();
        return detached.narrow(0, index, 1).DetachFromDisposeScope();
    }
}
