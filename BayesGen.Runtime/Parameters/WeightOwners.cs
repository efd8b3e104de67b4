using System.Collections;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>The network's own parameters that are one weight; more than one where layers are tied.</summary>
/// <param name="key">The key of the first.</param>
/// <param name="first">The parameter that was met first.</param>
internal sealed class WeightOwners(string key, Parameter first) : IReadOnlyList<Parameter>
{
    private readonly List<Parameter> _parameters = [first];
    private readonly List<string> _tiedKeys = [];
    private readonly long[] _shape = first.shape;
    private readonly long[] _strides = StridesOf(first);

    /// <summary>The keys that the other places of a tied weight would have; its state has the first key alone.</summary>
    public IReadOnlyList<string> TiedKeys => _tiedKeys;

    public int Count => _parameters.Count;

    public Parameter this[int index] => _parameters[index];

    /// <summary>Adds another owner of the same memory.</summary>
    public void Tie(string other, Parameter parameter)
    {
        if (!parameter.shape.AsSpan().SequenceEqual(_shape))
            throw new NotSupportedException(
                $"'{key}' and '{other}' share memory but not their shape "
                + $"({string.Join("x", _shape)} and {string.Join("x", parameter.shape)}). "
                + "Weights can be tied whole, not by a view: give one of them memory of its own.");
        if (!StridesOf(parameter).SequenceEqual(_strides))
            throw new NotSupportedException(
                $"'{key}' and '{other}' share memory and their shape, but one lies in it transposed: a weight of the one is another "
                + "weight of the other. Transposed ties are not supported: share the parameter itself and transpose it in forward, or "
                + "give one of them memory of its own.");
        if (other != key && !_tiedKeys.Contains(other))
            _tiedKeys.Add(other);
        if (_parameters.TrueForAll(owner => owner.Handle != parameter.Handle))
            _parameters.Add(parameter);
    }

    public IEnumerator<Parameter> GetEnumerator() => _parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The strides of the dimensions that are longer than 1; the others are as Torch likes.</summary>
    private static long[] StridesOf(Parameter parameter) =>
        [.. Enumerable.Range(0, (int)parameter.dim()).Where(i => parameter.size(i) > 1).Select(i => parameter.stride(i))];
}
