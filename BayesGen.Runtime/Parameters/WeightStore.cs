using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// The flat weights W and flat gradients G of some weights of a network, and the aliases that make the network's own parameters part of
/// them.
/// </summary>
/// <remarks>
/// Writing W does not tell autograd that the network's parameters changed, since an alias made by set_ has a version counter of its own.
/// So every write also touches zero elements of each parameter in place: the version rises and a backward through the overwritten
/// weights is refused instead of giving a silently wrong gradient.
/// </remarks>
internal sealed class WeightStore : IDisposable
{
    private readonly List<Owner> _owners = [];
    private nint _weightBase;
    private nint _gradientBase;

    public WeightStore(IReadOnlyList<NetworkWeight> weights)
    {
        Dtype = weights[0].Dtype;
        Device = weights[0].Device;
        foreach (var (index, weight) in weights.Index())
        {
            weight.Place = new WeightPlace(weight.Shape, weight.Units) { Index = index, Offset = Count, UnitOffset = UnitCount };
            Count += weight.Count;
            UnitCount += weight.Units.Count;
        }

        Weights = zeros(Count, dtype: Dtype, device: Device).DetachFromDisposeScope();
        Gradients = zeros(Count, dtype: Dtype, device: Device).DetachFromDisposeScope();
    }

    public ScalarType Dtype { get; }

    public Device Device { get; }

    public long Count { get; }

    /// <summary>The number of units of all weights.</summary>
    public long UnitCount { get; }

    /// <summary>W.</summary>
    public Tensor Weights { get; }

    /// <summary>G: zero except between a backward and the pull-back.</summary>
    public Tensor Gradients { get; }

    /// <summary>Copies the network's weights into W and makes them aliases of it.</summary>
    public void Adopt(IReadOnlyList<NetworkWeight> weights)
    {
        using var _ = no_grad();
        foreach (var weight in weights)
        {
            using var slice = weight.Place.SliceOf(Weights);
            slice.copy_(weight.Parameter);
            foreach (var owner in weight.Owners)
            {
                owner.set_(slice);
                _owners.Add(new Owner(weight, owner, Gradients));
            }
        }

        AliasGradients();
        _weightBase = TensorMemory.AddressOf(Weights);
        _gradientBase = TensorMemory.AddressOf(Gradients);
    }

    /// <summary>Makes every parameter's gradient its slice of G again.</summary>
    public void AliasGradients()
    {
        foreach (var owner in _owners)
            owner.Parameter.grad = owner.Gradient;
    }

    /// <summary>Overwrites W.</summary>
    /// <param name="values">Flat.</param>
    public void Write(Tensor values)
    {
        using (no_grad())
            Weights.copy_(values);
        BumpVersions();
    }

    /// <summary>Tells autograd that W was overwritten.</summary>
    public void BumpVersions()
    {
        using var _ = no_grad();
        foreach (var owner in _owners)
        {
            RequireValid(owner);
            owner.Nothing.ZeroInPlace();
        }
    }

    /// <summary>Whether a backward left something in G that no pull-back has taken.</summary>
    public bool HasGradient()
    {
        using var any = Gradients.any();
        return any.item<bool>();
    }

    /// <summary>
    /// Whether <see cref="HasGradient"/> is worth asking. On the CPU it always is; on a device the answer has to be waited for, so there it
    /// is where <see cref="HasRun"/>.
    /// </summary>
    public bool MayHaveGradient => Device.type == DeviceType.CPU || HasRun;

    /// <summary>Whether the network has run with gradients since G was cleared.</summary>
    public bool HasRun { get; private set; }

    /// <summary>Notes that the network runs with gradients.</summary>
    public void ExpectGradient() => HasRun = true;

    /// <summary>Makes G zero.</summary>
    public void ClearGradients()
    {
        Gradients.ZeroInPlace();
        ForgetRun();
    }

    /// <summary>Notes that G is zero.</summary>
    public void ForgetRun() => HasRun = false;

    /// <summary>Checks that the network's parameters still are what this store made them.</summary>
    /// <exception cref="InvalidOperationException">User code replaced a parameter or its gradient; the message names it.</exception>
    public void Verify()
    {
        foreach (var owner in _owners)
        {
            var (weight, parameter) = (owner.Weight, owner.Parameter);
            if (weight.Count == 0)
                continue;
            RequireValid(owner);
            var at = weight.Place.Offset * parameter.ElementSize;
            if (TensorMemory.AddressOf(parameter) != _weightBase + (nint)at)
                throw Broken(weight, "no longer shares memory with the posterior",
                    "It was given other memory from outside, for example by to() on the plain network: call to() on the wrapper.");
            using var gradient = parameter.grad;
            if (gradient is null)
                throw Broken(weight, "lost its gradient buffer",
                    "zero_grad() was called on the plain network: call it on the wrapper or on the optimizer.");
            if (TensorMemory.AddressOf(gradient) != _gradientBase + (nint)at)
                throw Broken(weight, "has a gradient buffer of its own", "It was assigned from outside: leave .grad to the wrapper.");
        }
    }

    public void Dispose()
    {
        foreach (var owner in _owners)
            owner.Dispose();
        Weights.Dispose();
        Gradients.Dispose();
    }

    private static void RequireValid(Owner owner)
    {
        if (owner.Parameter.IsInvalid)
            throw Broken(owner.Weight, "was disposed or replaced",
                "Call to() and Dispose() on the wrapper and not on the plain network, and assign no weights once the wrapper owns it.");
    }

    private static InvalidOperationException Broken(NetworkWeight weight, string what, string remedy) =>
        new($"The parameter '{weight.Key}' of the network {what}. {remedy}");

    /// <summary>A parameter of the network with what every step needs of it, made once.</summary>
    private sealed class Owner : IDisposable
    {
        public Owner(NetworkWeight weight, Parameter parameter, Tensor gradients)
        {
            (Weight, Parameter) = (weight, parameter);
            Gradient = weight.Place.SliceOf(gradients).DetachFromDisposeScope();
            using var line = parameter.view(-1);
            Nothing = line.narrow(0, 0, 0).DetachFromDisposeScope();
        }

        public NetworkWeight Weight { get; }

        public Parameter Parameter { get; }

        /// <summary>The slice of G that belongs to it.</summary>
        public Tensor Gradient { get; }

        /// <summary>A view of none of its elements, which has its version counter.</summary>
        public Tensor Nothing { get; }

        public void Dispose()
        {
            if (!Parameter.IsInvalid)
                Parameter.grad = null;
            Nothing.Dispose();
            Gradient.Dispose();
        }
    }
}
