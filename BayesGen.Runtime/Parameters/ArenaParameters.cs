using System.Collections;
using BayesGen.Kernels;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// The variational parameters of one arena, the leaves that an optimizer sees: one flat tensor for each name of the family, with one number
/// for each weight, unit or layer of the arena, in the order of its weights.
/// </summary>
internal sealed class ArenaParameters : IReadOnlyList<Parameter>, IDisposable
{
    private readonly IReadOnlyList<NetworkWeight> _weights;
    private readonly WeightStore _store;
    private readonly Parameter[] _flat;

    /// <summary>Zeros, which the family starts.</summary>
    /// <param name="family">The family.</param>
    /// <param name="weights">The weights in their order in the arena.</param>
    /// <param name="store">Where they lie.</param>
    public ArenaParameters(PosteriorFamily family, IReadOnlyList<NetworkWeight> weights, WeightStore store)
    {
        (_weights, _store) = (weights, store);
        Extents = [.. family.Descriptor.Parameters.Select(parameter => parameter.Extent)];
        _flat = [.. Extents.Select(extent => NewParameter(CountOf(extent)))];
    }

    /// <summary>What the numbers of each parameter belong to.</summary>
    public IReadOnlyList<ParameterExtent> Extents { get; }

    /// <summary>Whether every parameter has a number for every weight, so that all weights can be treated as one flat tensor.</summary>
    public bool IsElementwise => Extents.All(extent => extent == ParameterExtent.Weight);

    /// <summary>The number of parameters.</summary>
    public int Count => _flat.Length;

    /// <summary>One of them, flat.</summary>
    public Parameter this[int index] => _flat[index];

    /// <summary>The number of numbers of an extent in the arena.</summary>
    public long CountOf(ParameterExtent extent) => extent switch
    {
        ParameterExtent.Weight => _store.Count,
        ParameterExtent.Unit => _store.UnitCount,
        _ => _weights.Count,
    };

    /// <summary>What belongs to one weight of a flat tensor that is laid out as a parameter, such as its gradient. A view.</summary>
    /// <param name="index">Which parameter.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="flat">The flat tensor.</param>
    public Tensor SliceOf(int index, NetworkWeight weight, Tensor flat) => weight.Place.SliceOf(flat, Extents[index]);

    /// <summary>
    /// The parameters of one weight in shapes that broadcast against it, detached: they share memory with the flat ones and may be written
    /// without a no_grad.
    /// </summary>
    public IReadOnlyList<Tensor> WindowsOf(NetworkWeight weight) => [.. _flat.Select((flat, index) =>
    {
        using var detached = flat.detach();
        return SliceOf(index, weight, detached).DetachFromDisposeScope();
    })];

    /// <summary>The parameters of one weight after another, with a graph that leads to the flat ones.</summary>
    public IReadOnlyList<IReadOnlyList<Tensor>> PartsOfWeights()
    {
        // One split has one way back; a narrow for each weight would have a zero-filled buffer of the whole length for each.
        List<Tensor[]> parts = [.. _flat.Zip(Extents, (flat, extent) =>
            flat.split([.. _weights.Select(weight => weight.Place.CountOf(extent))]))];
        return [.. _weights.Select(weight => (IReadOnlyList<Tensor>)[.. parts.Zip(Extents, (all, extent) =>
        {
            using var part = all[weight.Place.Index];
            return part.view(weight.Place.ShapeOf(extent));
        })])];
    }

    /// <summary>The same for one weight.</summary>
    public IReadOnlyList<Tensor> PartsOf(NetworkWeight weight) => [.. _flat.Select((flat, index) => SliceOf(index, weight, flat))];

    public IEnumerator<Parameter> GetEnumerator() => ((IEnumerable<Parameter>)_flat).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var parameter in _flat)
        {
            using (var gradient = parameter.grad)
                parameter.grad = null;
            parameter.Dispose();
        }
    }

    private Parameter NewParameter(long count) =>
        new Parameter(zeros(count, dtype: _store.Dtype, device: _store.Device)).DetachFromDisposeScope() as Parameter
        ?? throw new InvalidOperationException("TorchSharp returned no parameter.");
}
