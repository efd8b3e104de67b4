using System.ComponentModel;
using BayesGen.Parameters;
using BayesGen.Serialization;
using TorchSharp.Modules;

namespace BayesGen.CompilerServices;

/// <summary>
/// What every generated wrapper derives from: a TorchSharp module called as the network is, whose weights live in a
/// <see cref="NetworkArena"/>. Its type arguments are the network and those of the network's own <see cref="nn.Module{T, TResult}"/>.
/// </summary>
/// <remarks>
/// TorchSharp has a module class for each number of inputs, and so there has to be one of these. This file is written by hand; the build
/// makes the others from it (BayesianModule.targets), by putting more inputs in the place of the first.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class BayesianModule<TNetwork, T, TResult> : nn.Module<T, TResult>, IBayesianNetwork
    where TNetwork : nn.Module
{
    private readonly WrappedNetwork _wrapped;

    /// <summary>Takes a network over: its weights start as the means of their posteriors.</summary>
    /// <param name="network">The plain network, built outside any dispose scope. The wrapper owns it from now on.</param>
    /// <param name="name">The name of the wrapper.</param>
    /// <exception cref="ArgumentNullException">There is no network.</exception>
    /// <exception cref="InvalidOperationException">
    /// An annotated layer is not registered with the network, or no weight gets a posterior.
    /// </exception>
    protected BayesianModule(TNetwork network, string name)
        : this(network, name, static _ => { })
    {
    }

    /// <summary>Takes a network over; a plan says more than the annotations do.</summary>
    private protected BayesianModule(TNetwork network, string name, Action<NetworkPlan> describe)
        : base(WrappedNetwork.NameFor(network, name))
    {
        Network = network;
        Arena = new NetworkArena(network, describe);
        _wrapped = new WrappedNetwork(network, Arena);
        AdoptDevice();
    }

    /// <summary>The plain network. The wrapper owns it: its weights are those of the last draw, or the mean or MAP.</summary>
    public TNetwork Network { get; }

    /// <summary>The memory of the network: draws, keys and state.</summary>
    public NetworkArena Arena { get; }

    /// <summary>Sees to it that the network runs on the weights it should; what forward does first.</summary>
    protected void BeforeForward() => Arena.BeforeForward();

    /// <summary>What an optimizer trains: the posterior parameters and the deterministic weights, flat.</summary>
    /// <inheritdoc/>
    public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) => _wrapped.Parameters;

    /// <inheritdoc/>
    public override Parameter? get_parameter(string target) => _wrapped.Find(target);

    /// <inheritdoc/>
    public override bool has_parameter(string target) => _wrapped.Find(target) is not null;

    /// <summary>The buffers of the network.</summary>
    /// <inheritdoc/>
    public override IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true) =>
        _wrapped.Buffers(recurse, include_nonpersistent);

    /// <inheritdoc/>
    public override Tensor? get_buffer(string target) => Network.get_buffer(target);

    /// <inheritdoc/>
    public override bool has_buffer(string target) => Network.has_buffer(target);

    /// <summary>The network.</summary>
    /// <inheritdoc/>
    public override IEnumerable<(string name, nn.Module module)> named_children() => _wrapped.Children;

    /// <summary>The network and the modules in it.</summary>
    /// <inheritdoc/>
    public override IEnumerable<(string name, nn.Module module)> named_modules() => _wrapped.Modules;

    /// <inheritdoc/>
    public override nn.Module apply(Action<nn.Module> fn)
    {
        Network.apply(fn);
        fn(this);
        return this;
    }

    /// <summary>The state under the keys of the wrapper's StateKeys. The tensors are live.</summary>
    /// <inheritdoc/>
    public override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null) =>
        NetworkState.StateDict(Arena, destination, prefix);

    /// <summary>Replaces the state, or leaves it as it was where keys or shapes do not fit.</summary>
    /// <inheritdoc/>
    public override (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
        Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null) =>
        NetworkState.LoadStateDict(Arena, source, strict, skip);

    /// <summary>Reads what save wrote, or leaves the state as it was where keys or shapes do not fit.</summary>
    /// <inheritdoc/>
    public override nn.Module load(
        BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
    {
        NetworkState.Load(Arena, reader, strict, skip, loadedParameters);
        return this;
    }

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        base.train(train);
        Arena.Invalidate();
    }

    /// <summary>Forgets every gradient, one that a bare backward() left in the network included.</summary>
    /// <inheritdoc/>
    public override void zero_grad(bool set_to_none = true) => Arena.ZeroGradients(set_to_none);

    /// <inheritdoc/>
    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking)
    {
        _wrapped.Move(device, dtype, non_blocking);
        return AdoptDevice();
    }

    /// <inheritdoc/>
    protected override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
    {
        _wrapped.Move(deviceType, deviceIndex, non_blocking);
        return AdoptDevice();
    }

    /// <inheritdoc/>
    protected override nn.Module _to(ScalarType dtype, bool non_blocking)
    {
        _wrapped.Move(dtype, non_blocking);
        return this;
    }

    /// <summary>Does nothing: the fields of the wrapper are not components, and the network has registered its own.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Disposes the posterior and the network.</summary>
    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _wrapped.Dispose();
        base.Dispose(disposing);
    }

    private nn.Module AdoptDevice()
    {
        if (_wrapped.First is { } tensor)
            (_deviceType, _deviceIndex) = (tensor.device_type, tensor.device_index);
        return this;
    }
}
