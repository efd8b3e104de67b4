using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>A family and an estimator, on a network that they fit.</summary>
/// <param name="Name">As it is called in the report.</param>
/// <param name="Make">Makes the wrapper.</param>
/// <param name="Threshold">Prunes some of the scattered weights and keeps others.</param>
internal sealed record CheckCase(string Name, Func<nn.Module<Tensor, Tensor>> Make, double Threshold)
{
    public static IReadOnlyList<CheckCase> All { get; } =
    [
        new("Gaussian", () => new BayesianGaussianRows(new()), 1),
        new("LogUniform", () => new BayesianLogUniformRows(new()), 2),
        new("SparseDropout", () => new BayesianSparseDropoutRows(new()), 1),
        new("Gaussian, local", () => new BayesianGaussianLocalImages(new()), 1),
        new("SparseDropout, local", () => new BayesianSparseDropoutLocalImages(new()), 1),
        new("GroupArd", () => new BayesianGroupArdImages(new()), 0),
        new("GroupLogUniform", () => new BayesianGroupLogUniformImages(new()), 0),
        new("GroupHorseshoe", () => new BayesianGroupHorseshoeImages(new()), -4),
        new("GroupArd, local", () => new BayesianGroupArdLocalImages(new()), 0),
        new("GroupLogUniform, local", () => new BayesianGroupLogUniformLocalImages(new()), 0),
        new("GroupHorseshoe, local", () => new BayesianGroupHorseshoeLocalImages(new()), -4),
    ];
}

/// <summary>The same network twice: on the CPU, and there made, filled and moved to the device.</summary>
internal sealed class Pair : IDisposable
{
    /// <summary>Where the posterior of a check lies: (mean of the numbers, their spread) by the name of the parameter.</summary>
    private static readonly Dictionary<string, (double Center, double Spread)> Scattered = new()
    {
        ["log_sigma"] = (-3, 0.5),
        ["log_sigma2"] = (-6, 1),
        ["scale_mu"] = (1, 0.2),
        ["log_alpha"] = (-2, 0.7),
        ["scale_log_sigma2"] = (-1, 1.5),
        ["scale_a_log_sigma2"] = (-3, 0.5),
        ["scale_b_log_sigma2"] = (-3, 0.5),
        ["layer_a_log_sigma2"] = (-4, 0.5),
        ["layer_b_log_sigma2"] = (-4, 0.5),
        ["scale_a_mu"] = (-2, 2),
        ["scale_b_mu"] = (-1, 1),
    };

    /// <param name="make">Makes the wrapper.</param>
    /// <param name="device">The device.</param>
    /// <param name="prepare">What both get before the state is copied from one to the other, or null.</param>
    public Pair(Func<nn.Module<Tensor, Tensor>> make, Device device, Action<NetworkArena>? prepare = null)
    {
        random.manual_seed(11);
        (Host, Other) = (make(), make());
        prepare?.Invoke(ArenaOf(Host));
        prepare?.Invoke(ArenaOf(Other));
        Set(Host, Scattered);
        CopyState();
        Other.to(device);
        GoTheWayOfDevices(Other);
        Host.train();
        Other.train();
    }

    public nn.Module<Tensor, Tensor> Host { get; }

    public nn.Module<Tensor, Tensor> Other { get; }

    public IEnumerable<nn.Module<Tensor, Tensor>> Both => [Host, Other];

    public static NetworkArena ArenaOf(nn.Module<Tensor, Tensor> model) => ((IBayesianNetwork)model).Arena;

    /// <summary>
    /// On the CPU too the network does what it would do on a device, so that a trial there holds that against the kernels.
    /// </summary>
    public static void GoTheWayOfDevices(nn.Module<Tensor, Tensor> model)
    {
        foreach (var family in ArenaOf(model).Families)
            family.DrawByGraph();
    }

    /// <summary>The gradients of everything that is trained, by name; zeros where there are none.</summary>
    public static List<(string Name, Tensor Gradient)> GradientsOf(nn.Module<Tensor, Tensor> model) =>
        [.. ArenaOf(model).Parameters().Select(entry => (entry.Name, entry.Parameter.grad?.clone()
            ?? zeros_like(entry.Parameter, dtype: entry.Parameter.dtype, device: entry.Parameter.device, requires_grad: false)))];

    /// <summary>Gives the other network the state of the one on the CPU.</summary>
    public void CopyState() => Other.load_state_dict(Host.state_dict());

    /// <summary>Makes the noise of the weights so small that every draw is the mean.</summary>
    public void Silence()
    {
        Dictionary<string, (double, double)> silent = new()
        {
            ["log_sigma"] = (-20, 0), ["log_sigma2"] = (-40, 0), ["log_alpha"] = (-40, 0), ["scale_log_sigma2"] = (-40, 0),
            ["scale_a_log_sigma2"] = (-40, 0), ["scale_b_log_sigma2"] = (-40, 0), ["layer_a_log_sigma2"] = (-40, 0),
            ["layer_b_log_sigma2"] = (-40, 0),
        };
        Set(Host, silent);
        CopyState();
    }

    public void Dispose()
    {
        Host.Dispose();
        Other.Dispose();
    }

    private static void Set(nn.Module<Tensor, Tensor> model, Dictionary<string, (double Center, double Spread)> numbers)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var noise = new NoiseSource(3);
        foreach (var (_, kind, parameter) in OptimizedParameter.Of(ArenaOf(model).Inventory))
            if (numbers.TryGetValue(kind, out var number))
                parameter.copy_(noise.Normal(parameter) * number.Spread + number.Center);
        ArenaOf(model).AdoptState();
    }
}
