using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>Takes units out of a layer; constants that go are folded into its bias.</summary>
internal static class LayerRemoval
{
    /// <summary>Gives a layer the units that stay.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="stays">Whether a unit stays.</param>
    /// <returns>What was taken, and the way back; null where nothing was.</returns>
    public static (LayerCut Cut, LayerResizing Resizing)? Apply(LayerUnits layer, Func<int, bool> stays)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var outputs = Kept(layer.Outputs, stays);
        var inputs = layer.Reading is null ? null : Kept(layer.Inputs!.Units, stays);
        if (outputs is null && inputs is null)
            return null;
        var tensors = LayerTensors.Of(layer.Module);
        var rows = RecurrentUnits.Are(layer.Module) ? RecurrentUnits.Rows(layer.Module, outputs, layer.Outputs.Length) : outputs;
        var folded = Fold(layer, tensors, stays, rows);
        if (layer.Reading?.WithShared(tensors.GetValueOrDefault("weight")!) is { } weight)
            tensors["weight"] = weight;
        var places = tensors.Keys.Select(name => KeyValuePair.Create(name, Along(layer.Module, name, rows, outputs, inputs)));
        var cut = new LayerCut(layer.Key, [.. places], folded);
        var groups = layer.Module is Convolution convolution ? convolution.groups : 1;
        if (groups > 1 && outputs is not null && !IsTransposed(layer.Module))
            groups = outputs.Length / (layer.Outputs.Length / groups);
        return (cut, LayerResizing.Of(layer.Module, cut.Of(tensors), groups));
    }

    /// <summary>Which numbers of a tensor stay, by its dimensions.</summary>
    private static long[]?[] Along(nn.Module module, string name, long[]? rows, long[]? outputs, long[]? inputs) => module switch
    {
        LSTM or GRU when name == "weight_ih_l0" => [rows, inputs],
        LSTM or GRU when name == "weight_hh_l0" => [rows, outputs],
        LSTM or GRU => [rows],
        _ when name == "bias" => [outputs],
        Convolution when IsTransposed(module) => [inputs, outputs],
        Convolution { groups: > 1 } => [outputs],
        Linear or Convolution => [outputs, inputs],
        Embedding => [null, outputs],
        _ => [outputs],
    };

    private static bool IsTransposed(nn.Module module) => module is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d;

    /// <summary>The places of units that stay; null where all do.</summary>
    private static long[]? Kept(int[] units, Func<int, bool> stays)
    {
        long[] kept = [.. Enumerable.Range(0, units.Length).Where(i => stays(units[i])).Select(i => (long)i)];
        return kept.Length == units.Length ? null : kept;
    }

    /// <summary>Adds what constant inputs that go put into each output to its bias, or makes a bias of it.</summary>
    /// <returns>The name of the bias; null where there was nothing to add.</returns>
    private static string? Fold(LayerUnits layer, Dictionary<string, Tensor> tensors, Func<int, bool> stays, long[]? rows)
    {
        if (layer.Reading is not { } reading)
            return null;
        var shared = reading.Shared.Select(entry => entry.Input).ToHashSet();
        var shift = reading.Shift(input => !stays(reading.Inputs.Units[input]) && !shared.Contains(input));
        if ((rows is null ? shift : rows.Select(row => shift[row])).All(number => number == 0))
            return null;
        var name = RecurrentUnits.Are(layer.Module) ? "bias_ih_l0" : "bias";
        var weight = tensors[name == "bias" ? "weight" : "weight_ih_l0"];
        var folded = tensor(shift, dtype: ScalarType.Float64, device: weight.device);
        tensors[name] = tensors.TryGetValue(name, out var bias) ? bias.to(ScalarType.Float64).AddTo(folded).to(weight.dtype)
            : folded.to(weight.dtype);
        return name;
    }
}
