using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>Takes units out of a layer; constants that go are folded into its bias.</summary>
internal static class LayerRemoval
{
    /// <summary>Gives a layer the units that stay.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="stays">Whether a unit stays.</param>
    /// <returns>Whether anything changed.</returns>
    public static bool Apply(LayerUnits layer, Func<int, bool> stays)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var outputs = Indices(layer.Outputs, stays);
        var inputs = layer.Reading is null ? null : Indices(layer.Inputs!.Units, stays);
        if (outputs.Length == layer.Outputs.Length && (inputs is null || inputs.Length == layer.Inputs!.Units.Length))
            return false;
        var tensors = LayerTensors.Of(layer.Module);
        var weight = tensors.GetValueOrDefault("weight");
        switch (layer.Module)
        {
            case ConvTranspose1d or ConvTranspose2d or ConvTranspose3d:
                tensors["weight"] = Keep(Keep(weight!, 0, inputs), 1, outputs);
                KeepBias(tensors, outputs);
                LayerResizing.Set(layer.Module, tensors, ((Convolution)layer.Module).groups);
                break;
            case Convolution { groups: > 1 } grouped:
                var perGroup = layer.Outputs.Length / (int)grouped.groups;
                Fold(layer, tensors, stays);
                tensors["weight"] = Keep(weight!, 0, outputs);
                KeepBias(tensors, outputs);
                LayerResizing.Set(layer.Module, tensors, outputs.Length / perGroup);
                break;
            case Linear or Convolution:
                Fold(layer, tensors, stays);
                tensors["weight"] = Keep(Keep(weight!, 0, outputs), 1, inputs);
                KeepBias(tensors, outputs);
                LayerResizing.Set(layer.Module, tensors);
                break;
            case Embedding:
                LayerResizing.Set(layer.Module, new Dictionary<string, Tensor> { ["weight"] = Keep(weight!, 1, outputs) });
                break;
            default:
                LayerResizing.Set(layer.Module, tensors.ToDictionary(entry => entry.Key, entry => Keep(entry.Value, 0, outputs)));
                break;
        }

        return true;
    }

    private static long[] Indices(int[] units, Func<int, bool> stays) =>
        [.. Enumerable.Range(0, units.Length).Where(i => stays(units[i])).Select(i => (long)i)];

    private static Tensor Keep(Tensor tensor, long dimension, long[]? indices) =>
        indices is null || indices.Length == tensor.size((int)dimension)
            ? tensor
            : tensor.index_select(dimension, tensor_of(indices, tensor));

    private static Tensor tensor_of(long[] indices, Tensor beside) => tensor(indices, dtype: ScalarType.Int64, device: beside.device);

    private static void KeepBias(Dictionary<string, Tensor> tensors, long[] outputs)
    {
        if (tensors.TryGetValue("bias", out var bias))
            tensors["bias"] = Keep(bias, 0, outputs);
    }

    /// <summary>Adds what constant inputs that go put into each output to its bias, or makes a bias of it.</summary>
    private static void Fold(LayerUnits layer, Dictionary<string, Tensor> tensors, Func<int, bool> stays)
    {
        if (layer.Reading is not { } reading)
            return;
        var shift = new double[layer.Outputs.Length];
        for (var input = 0; input < reading.Inputs.Units.Length; input++)
            if (!stays(reading.Inputs.Units[input]) && reading.Inputs.Constants[input] is not (0 or double.NaN))
                for (var output = 0; output < shift.Length; output++)
                    shift[output] += reading.Inputs.Constants[input] * reading.Weights[output, input];
        if (shift.All(number => number == 0))
            return;
        var weight = tensors["weight"];
        var folded = tensor(shift, dtype: ScalarType.Float64, device: weight.device);
        tensors["bias"] = tensors.TryGetValue("bias", out var bias) ? (bias.to(ScalarType.Float64) + folded).to(weight.dtype)
            : folded.to(weight.dtype);
    }
}
