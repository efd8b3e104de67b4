using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Export;

/// <summary>Refuses weights that are NaN or infinite, before a file has them.</summary>
internal static class WeightCheck
{
    /// <summary>All tensors that a graph reads, as they are now.</summary>
    /// <exception cref="InvalidOperationException">A number of a layer or parameter is NaN, or infinite in 32 bits.</exception>
    public static void Require(NetworkGraph graph)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var node in graph.Nodes)
            if (node.Operation is LayerCall layer)
            {
                foreach (var (name, parameter) in layer.Module.named_parameters())
                    Require($"{layer.Key}.{name}", parameter, allowsInfinity: false);
                foreach (var (name, buffer) in layer.Module.named_buffers())
                    Require($"{layer.Key}.{name}", buffer, allowsInfinity: false);
            }
            else if (node.Operation is GraphConstant constant)
                // A mask that is added to scores is infinite by intent.
                Require(constant.Key ?? node.Source, constant.Value, allowsInfinity: constant.Value is not Parameter);
    }

    private static void Require(string key, Tensor tensor, bool allowsInfinity)
    {
        if (!tensor.is_floating_point() || tensor.numel() == 0)
            return;
        var numbers = tensor.detach().to(ScalarType.Float32);
        var wrong = allowsInfinity ? numbers.isnan() : numbers.isfinite().logical_not();
        if (!wrong.any().item<bool>())
            return;
        var (place, index) = (wrong.flatten().to(ScalarType.Int32).argmax().item<long>(), new long[tensor.dim()]);
        var number = numbers.flatten()[place].item<float>();
        for (var axis = index.Length - 1; axis >= 0; axis--)
            (place, index[axis]) = Math.DivRem(place, tensor.shape[axis]);
        throw new InvalidOperationException(FormattableString.Invariant(
            $"The weight '{key}' is {number} at [{string.Join(", ", index)}], and a file is made of finite numbers. ")
            + "Load a state whose weights are finite, or train again from an earlier checkpoint. Nothing was written.");
    }
}
