using TorchSharp;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Speed;

/// <summary>LeNet-5-Caffe with the channels first, as one writes it.</summary>
[Bayesian(GroupArd)]
internal sealed class ChannelsFirstLeNet5 : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Conv2d(1, 20, 5);
    private readonly Conv2d conv2 = Conv2d(20, 50, 5);
    private readonly Linear fc1 = Linear(800, 500);
    private readonly Linear fc2 = Linear(500, 10);

    public ChannelsFirstLeNet5() : base(nameof(ChannelsFirstLeNet5)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(conv1.call(x), 2);
        x = functional.max_pool2d(conv2.call(x), 2);
        return fc2.call(functional.relu(fc1.call(x.flatten(1))));
    }
}

/// <summary>Networks whose weights are zero beside some units, of random numbers otherwise.</summary>
internal static class PrunedNetworks
{
    /// <summary>LeNet-5 of some channels, inputs of fc1 and outputs of it: sizes of networks that were trained on MNIST.</summary>
    public static void PruneLeNet5(Module network, int first, int second, int inputs, int outputs)
    {
        Keep(network, "conv1.weight", 0, first);
        Keep(network, "conv2.weight", 0, second);
        Keep(network, "conv2.weight", 1, first);
        Keep(network, "fc1.weight", 0, outputs);
        Keep(network, "fc2.weight", 1, outputs);
        using var _ = no_grad();
        using var scope = NewDisposeScope();

        // Of the 16 places that each channel has.
        var places = randperm(second * 16).narrow(0, 0, inputs);
        var isRead = zeros(800, dtype: ScalarType.Bool).index_fill_(0, places, true);
        network.get_parameter("fc1.weight")!.mul_(isRead.to(ScalarType.Float32));
    }

    /// <summary>LeNet-300-100 of 124 pixels and 71 and 28 units: one measured on MNIST at 2.05 %.</summary>
    public static void PruneLeNet300(Module network)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var isRead = zeros(784, dtype: ScalarType.Bool).index_fill_(0, randperm(784).narrow(0, 0, 124), true);
        network.get_parameter("fc1.weight")!.mul_(isRead.to(ScalarType.Float32));
        Keep(network, "fc1.weight", 0, 71);
        Keep(network, "fc2.weight", 0, 28);
    }

    private static void Keep(Module network, string key, int dimension, long count)
    {
        using var _ = no_grad();
        var weight = network.get_parameter(key)!;
        using var rest = weight.narrow(dimension, count, weight.shape[dimension] - count);
        rest.zero_();
    }
}
