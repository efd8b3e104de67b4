using BayesGen.Parameters;
using TorchSharp.Modules;

namespace BayesGen.CompilerServices;

/// <summary>
/// What a wrapper answers when TorchSharp asks it as a module: parameters, buffers, state, movement. The same for every number of inputs,
/// each of which has a <see cref="BayesianModule{TNetwork, T, TResult}"/> of its own.
/// </summary>
/// <param name="network">The plain network.</param>
/// <param name="arena">Its memory.</param>
internal sealed class WrappedNetwork(nn.Module network, NetworkArena arena)
{
    private const string Child = "network";
    private bool _isDisposed;

    /// <summary>What TorchSharp calls the wrapper, once it is sure that there is a network.</summary>
    /// <exception cref="ArgumentNullException">There is no network.</exception>
    public static string NameFor<TNetwork>(TNetwork? network, string wrapper)
        where TNetwork : nn.Module =>
        network is not null
            ? wrapper
            : throw new ArgumentNullException(nameof(network), $"{wrapper} wraps a {typeof(TNetwork).Name}: give it one.");

    /// <summary>What an optimizer trains.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Parameters => _isDisposed ? [] : arena.Parameters();

    /// <summary>The network.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Children => _isDisposed ? [] : [(Child, network)];

    /// <summary>The network and the modules in it.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Modules
    {
        get
        {
            if (_isDisposed)
                yield break;
            yield return (Child, network);
            foreach (var (name, module) in network.named_modules())
                yield return ($"{Child}.{name}", module);
        }
    }

    /// <summary>A tensor that is where the network is; null of a network without any.</summary>
    public Tensor? First => Tensors.FirstOrDefault();

    private IEnumerable<Tensor> Tensors =>
        network.named_parameters().Select(entry => (Tensor)entry.parameter).Concat(network.named_buffers().Select(entry => entry.buffer));

    /// <summary>The parameter of a name, or null.</summary>
    public Parameter? Find(string name) => Parameters.FirstOrDefault(entry => entry.Name == name).Parameter;

    /// <summary>The buffers of the network.</summary>
    public IEnumerable<(string Name, Tensor Buffer)> Buffers(bool recurse, bool includeNonPersistent) =>
        _isDisposed ? [] : network.named_buffers(recurse, includeNonPersistent);

    // A move makes new tensors, which would cut off every optimizer; so a network that is where it should be stays as it is.

    /// <summary>Moves the network and all that is learned about it.</summary>
    public void Move(Device device, ScalarType dtype, bool nonBlocking)
    {
        if (!IsAt(device.type, device.index) || !Is(dtype))
            arena.Move(() => network.to(device, dtype, nonBlocking));
    }

    /// <inheritdoc cref="Move(Device, ScalarType, bool)"/>
    public void Move(DeviceType type, int index, bool nonBlocking)
    {
        if (!IsAt(type, index))
            arena.Move(() => network.to(type, index, nonBlocking));
    }

    /// <inheritdoc cref="Move(Device, ScalarType, bool)"/>
    public void Move(ScalarType dtype, bool nonBlocking)
    {
        if (!Is(dtype))
            arena.Move(() => network.to(dtype, nonBlocking));
    }

    /// <summary>Disposes the posterior and the network, once.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        arena.Dispose();
        network.Dispose();
    }

    private bool IsAt(DeviceType type, int index) => Tensors.All(tensor =>
        tensor.device_type == type && (index < 0 || type != DeviceType.CUDA || tensor.device_index == index));

    private bool Is(ScalarType dtype) => Tensors.All(tensor =>
        tensor.dtype == dtype || !(tensor.is_floating_point() || tensor.is_complex()));
}
