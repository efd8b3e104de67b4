using System.Diagnostics;
using BayesGen.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Speed;

/// <summary>One way to train a network, a batch at a time.</summary>
/// <param name="name">How it is called in the tables.</param>
internal abstract class TrainingVariant(string name) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>The name of the variant that does the same tensor by tensor, where there is one.</summary>
    public string? Baseline { get; init; }

    /// <summary>Trains on each batch once.</summary>
    public abstract void Run((Tensor Inputs, Tensor Targets)[] batches);

    public abstract void Dispose();

    /// <summary>The time of a step in milliseconds.</summary>
    public double Time((Tensor Inputs, Tensor Targets)[] batches)
    {
        var clock = Stopwatch.StartNew();
        Run(batches);
        DeviceQueue.Wait(batches[0].Inputs);
        return clock.Elapsed.TotalMilliseconds / batches.Length;
    }
}

/// <summary>
/// What the others are measured against first: the plain network with the care that our trainer takes of any network. On the CPU images lie
/// with the channels last, and the parameters lie in one flat tensor that <see cref="FlatAdam"/> moves. Freed memory is kept for the whole
/// process, so every variant of this program has that.
/// </summary>
internal sealed class CarefulPlainVariant : TrainingVariant
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Parameter _weights;
    private readonly FlatAdam _optimizer;
    private readonly bool _laysOut;

    public CarefulPlainVariant(nn.Module<Tensor, Tensor> network, Device device) : base("plain, same care")
    {
        _network = network;
        _network.to(device);
        _laysOut = device.type == DeviceType.CPU && network.modules().Any(module => module is Conv2d);
        _weights = FlattenInto(network);
        _optimizer = new FlatAdam([_weights], 1e-3);
    }

    public override void Run((Tensor Inputs, Tensor Targets)[] batches)
    {
        foreach (var (inputs, targets) in batches)
        {
            using var scope = NewDisposeScope();
            using (var gradient = _weights.grad!)
                gradient.zero_();
            nn.functional.cross_entropy(_network.call(_laysOut ? ChannelsLast(inputs) : inputs), targets).backward();
            _optimizer.step();
        }
    }

    public override void Dispose()
    {
        _optimizer.Dispose();
        _weights.Dispose();
        _network.Dispose();
    }

    /// <summary>
    /// Makes parameters and their gradients views into two flat tensors; the first comes back, with the second as its gradient.
    /// </summary>
    private static Parameter FlattenInto(nn.Module network)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        List<Parameter> parameters = [.. network.parameters()];
        var flat = new Parameter(cat([.. parameters.Select(parameter => parameter.detach().flatten())]));
        var gradients = zeros_like(flat);
        long offset = 0;
        foreach (var parameter in parameters)
        {
            parameter.set_(flat.detach().narrow(0, offset, parameter.numel()).view(parameter.shape));
            parameter.grad = gradients.narrow(0, offset, parameter.numel()).view(parameter.shape);
            offset += parameter.numel();
        }

        flat.grad = gradients;
        return (Parameter)flat.DetachFromDisposeScope();
    }

    /// <summary>With one channel both layouts are one in memory, and only the strides say which is meant.</summary>
    private static Tensor ChannelsLast(Tensor images) =>
        images.as_strided([images.size(0), 1, images.size(2), images.size(3)], [images.size(2) * images.size(3), 1, images.size(3), 1]);
}

/// <summary>The network without BayesGen as most people train it: images as they come, TorchSharp's Adam over its parameters.</summary>
internal sealed class PlainVariant : TrainingVariant
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Adam _optimizer;

    public PlainVariant(nn.Module<Tensor, Tensor> network, Device device) : base("plain")
    {
        _network = network;
        _network.to(device);
        _optimizer = optim.Adam(_network.parameters().ToArray(), 1e-3);
    }

    public override void Run((Tensor Inputs, Tensor Targets)[] batches)
    {
        foreach (var (inputs, targets) in batches)
        {
            using var scope = NewDisposeScope();
            _optimizer.zero_grad();
            nn.functional.cross_entropy(_network.call(inputs), targets).backward();
            _optimizer.step();
        }
    }

    public override void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
    }
}

/// <summary>The network's forward and backward alone.</summary>
internal sealed class NetworkVariant : TrainingVariant
{
    private readonly nn.Module<Tensor, Tensor> _network;

    public NetworkVariant(nn.Module<Tensor, Tensor> network, Device device) : base("forward and backward")
    {
        _network = network;
        _network.to(device);
    }

    public override void Run((Tensor Inputs, Tensor Targets)[] batches)
    {
        foreach (var (inputs, targets) in batches)
        {
            using var scope = NewDisposeScope();
            _network.zero_grad();
            nn.functional.cross_entropy(_network.call(inputs), targets).backward();
        }
    }

    public override void Dispose() => _network.Dispose();
}

/// <summary>A wrapper in the hands of its trainer, everything included that a user gets.</summary>
internal sealed class TrainerVariant : TrainingVariant
{
    private readonly IDisposable _model;
    private readonly VariationalTrainer _trainer;

    /// <param name="name">How it is called in the tables.</param>
    /// <param name="trained">The wrapper.</param>
    /// <param name="samples">The number of draws in a step.</param>
    /// <param name="examples">The number of training examples to share the divergence by.</param>
    /// <param name="managesMemory">Whether the trainer settles how the process keeps freed memory, which every variant then has.</param>
    /// <param name="sideBySide">Whether replicas take draws at once.</param>
    public TrainerVariant(string name, Trained trained, int samples, long examples, bool managesMemory = true, bool sideBySide = false)
        : base(name)
    {
        _model = trained.Model;
        _trainer = trained.Train(new TrainerOptions
        {
            Epochs = 1,
            Samples = samples,
            Replicas = sideBySide ? trained.Replicas : null,
            LearningRate = 1e-3,
            Beta = 1,
            ExampleCount = examples,
            ElboSamples = 0,
            ManageMemory = managesMemory,
        });
    }

    public override void Run((Tensor Inputs, Tensor Targets)[] batches) => _trainer.Train(batches);

    public override void Dispose()
    {
        _trainer.Dispose();
        _model.Dispose();
    }
}

internal static class DeviceQueue
{
    /// <summary>Work on a device continues in the background until something is read.</summary>
    public static void Wait(Tensor onDevice)
    {
        if (onDevice.device_type == DeviceType.CUDA)
            cuda.synchronize();
    }
}
