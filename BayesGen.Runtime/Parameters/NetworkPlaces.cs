using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// Where each parameter and buffer of a network was before a move, so that a move that failed half way can be undone. TorchSharp moves
/// module by module and stops at the first that it cannot move.
/// </summary>
internal sealed class NetworkPlaces
{
    private readonly nn.Module _network;
    private readonly List<(nn.Module Module, string Name, Tensor Tensor, ScalarType Dtype, Device Device, nint Address)> _places;
    private readonly Dictionary<(nn.Module Module, string Name), string> _keys = [];

    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights.</param>
    public NetworkPlaces(nn.Module network, IReadOnlyList<NetworkWeight> weights)
    {
        _network = network;
        _places = [.. TensorsOf(network).Select(entry => (
            entry.Module, entry.Name, entry.Tensor, entry.Tensor.dtype, entry.Tensor.device, TensorMemory.AddressOf(entry.Tensor)))];
        var keys = weights
            .SelectMany(weight => weight.Owners.Select(owner => (owner.Handle, weight.Key)))
            .ToLookup(entry => entry.Handle, entry => entry.Key);
        foreach (var (module, name, parameter) in ParametersOf(network))
            if (keys[parameter.Handle].FirstOrDefault() is { } key)
                _keys[(module, name)] = key;
    }

    /// <summary>Every parameter of a network with the module that it is registered with.</summary>
    public static IEnumerable<(nn.Module Module, string Name, Parameter Parameter)> ParametersOf(nn.Module network) => ModulesOf(network)
        .SelectMany(module => module.named_parameters(recurse: false).Select(entry => (module, entry.name, entry.parameter)));

    /// <summary>The key of the weight that was registered with a module under a name, or null.</summary>
    public string? KeyOf(nn.Module module, string name) => _keys.GetValueOrDefault((module, name));

    /// <summary>Whether anything is elsewhere than it was.</summary>
    public bool HaveMoved()
    {
        var now = TensorsOf(_network).ToDictionary(entry => (entry.Module, entry.Name), entry => entry.Tensor);
        return _places.Exists(place => place.Tensor.IsInvalid
            || !now.TryGetValue((place.Module, place.Name), out var tensor) || tensor.IsInvalid
            || tensor.dtype != place.Dtype || TensorMemory.AddressOf(tensor) != place.Address);
    }

    /// <summary>Moves what has moved back to where it was, module by module.</summary>
    public void MoveBack()
    {
        foreach (var places in _places.GroupBy(place => place.Module))
        {
            var now = TensorsOf(places.Key, recurse: false).ToDictionary(entry => entry.Name, entry => entry.Tensor);
            var moved = places.FirstOrDefault(place => now.TryGetValue(place.Name, out var tensor)
                && (tensor.dtype != place.Dtype || tensor.device.ToString() != place.Device.ToString()));
            if (moved.Module is null)
                continue;
            try
            {
                places.Key.to(moved.Device, moved.Dtype);
            }
            catch (Exception) when (places.Key.children().Any())
            {
                // Its own parameters came first; the module that cannot be moved is one of those below.
            }
        }
    }

    private static IEnumerable<nn.Module> ModulesOf(nn.Module network) =>
        network.modules().Append(network).Distinct(ReferenceEqualityComparer.Instance).Cast<nn.Module>();

    private static IEnumerable<(nn.Module Module, string Name, Tensor Tensor)> TensorsOf(nn.Module network, bool recurse = true) =>
        (recurse ? ModulesOf(network) : [network]).SelectMany(module => module.named_parameters(recurse: false)
            .Select(entry => (module, entry.name, (Tensor)entry.parameter))
            .Concat(module.named_buffers(recurse: false).Select(entry => (module, entry.name, entry.buffer))));
}
