using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Export;

/// <summary>Layers in steps.</summary>
internal static class LayerPlan
{
    /// <summary>Adds a layer.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="call">The layer.</param>
    /// <param name="inputs">What goes in.</param>
    /// <param name="shape">The shape of its first output.</param>
    public static IReadOnlyList<PlanValue> Add(PlanWriter plan, LayerCall call, IReadOnlyList<PlanValue> inputs, int[] shape)
    {
        var (key, x) = (call.Key, inputs[0]);
        return call.Module switch
        {
            Linear layer => [plan.Linear(x, Weight(plan, key, layer.weight!), Bias(plan, key, layer.bias))],
            Bilinear layer => [Bilinear(plan, layer, key, x, inputs[1])],
            Convolution layer => [Convolve(plan, layer, key, x, shape)],
            Embedding layer => [plan.Lookup(x, Weight(plan, key, layer.weight!))],
            // Of an instance norm too: with running statistics it takes those in evaluation.
            BatchNorm1d or BatchNorm2d or BatchNorm3d or NormBase { track_running_stats: true } =>
                [BatchNorm(plan, (NormBase)call.Module, key, x)],
            NormBase layer => [Grouped(plan, x, x.Shape[1], layer.eps, layer.affine ? layer.weight : null, layer.bias, key)],
            GroupNorm layer => [Grouped(plan, x, (int)layer.num_groups, layer.eps, layer.weight, layer.bias, key)],
            LayerNorm layer => [LayerNorm(plan, layer, key, x)],
            PReLU layer => [Prelu(plan, layer, key, x)],
            LSTM or GRU => RecurrentPlan.Add(plan, call.Module, key, x),
            MultiheadAttention layer => AttentionPlan.Heads(plan, layer, key, inputs),
            _ => throw plan.Refused(call.Module.GetType().Name, "Use a layer that has one, such as LSTM or GRU for RNN."),
        };
    }

    private static PlanConstant Weight(PlanWriter plan, string key, Tensor weight) => plan.Constant($"{key}.weight", weight);

    private static PlanConstant? Bias(PlanWriter plan, string key, Tensor? bias) =>
        bias is null ? null : plan.Constant($"{key}.bias", bias);

    /// <summary>x1' W_o x2 + b_o, as a Linear of x1 whose outputs are matrices, times x2.</summary>
    private static PlanValue Bilinear(PlanWriter plan, Bilinear layer, string key, PlanValue x, PlanValue other)
    {
        int outputs = (int)layer.weight!.shape[0], first = (int)layer.weight.shape[1], second = (int)layer.weight.shape[2];
        var rows = plan.Constant($"{key}.weight.rows", [outputs * second, first], () =>
        {
            using var turned = layer.weight!.detach().permute(0, 2, 1);
            return PlanNumbers.Of(turned);
        });
        var matrices = plan.Reshape(plan.Linear(x, rows, null), [.. x.Shape[..^1], outputs, second]);
        var y = plan.Reshape(
            plan.MatMul(matrices, plan.Reshape(other, [.. other.Shape, 1])), [.. x.Shape[..^1], outputs]);
        return layer.bias is null ? y : plan.Combine(y, plan.Of(plan.Constant($"{key}.bias", layer.bias)), ArithmeticKind.Add);
    }

    private static PlanValue Convolve(PlanWriter plan, Convolution layer, string key, PlanValue x, int[] shape)
    {
        var rank = layer.kernel_size.Length;
        var isFlat = x.Shape.Length == rank + 1;
        if (isFlat)
        {
            x = plan.Reshape(x, [1, .. x.Shape]);
            shape = [1, .. shape];
        }

        int[] padding = layer.padding is { } given ? Ints(given) : new int[rank];
        if (layer.padding_type == Padding.Same || layer.padding_mode != PaddingModes.Zeros)
        {
            for (var i = 0; i < rank; i++)
            {
                var whole = layer.padding_type == Padding.Same ? (int)(layer.dilation[i] * (layer.kernel_size[i] - 1)) : 0;
                var (before, after) = layer.padding is null ? (whole / 2, whole - whole / 2) : (padding[i], padding[i]);
                x = layer.padding_mode == PaddingModes.Zeros
                    ? Zeros(plan, x, 2 + i, before, after)
                    : PaddingPlan.Around(plan, x, 2 + i, before, after, layer.padding_mode);
            }

            padding = new int[rank];
        }

        var y = plan.Convolution(
            x, Weight(plan, key, layer.weight), Bias(plan, key, layer.bias), Ints(layer.stride), padding, Ints(layer.dilation),
            layer.transposed ? Ints(layer.output_padding) : null, (int)layer.groups, shape);
        return isFlat ? plan.Reshape(y, shape[1..]) : y;
    }

    private static PlanValue Zeros(PlanWriter plan, PlanValue x, int axis, int before, int after)
    {
        if (before == 0 && after == 0)
            return x;
        var (left, right) = (new int[x.Shape.Length], new int[x.Shape.Length]);
        (left[axis], right[axis]) = (before, after);
        return plan.Pad(x, left, right, 0);
    }

    /// <summary>gamma (x - mean) / sqrt(var + eps) + beta as scale and shift.</summary>
    private static PlanValue BatchNorm(PlanWriter plan, NormBase layer, string key, PlanValue x)
    {
        if (layer.running_mean is null || layer.running_var is null)
            throw plan.Refused(
                "batch normalization by the statistics of the batch", "Make it with track_running_stats, or take a GroupNorm.");
        var count = (int)layer.num_features;
        var scale = plan.Constant($"{key}.scale", [count], () => [.. Scales().Select(number => (float)number)]);
        var shift = plan.Constant($"{key}.shift", [count], () =>
        {
            var (mean, beta) = (PlanNumbers.Of(layer.running_mean), layer.bias is { } bias ? PlanNumbers.Of(bias) : new float[count]);
            return [.. Scales().Select((number, i) => (float)(beta[i] - number * mean[i]))];
        });
        return plan.Affine(x, scale, shift, x.Shape.Length == 1 ? 0 : 1);

        IEnumerable<double> Scales()
        {
            var variance = PlanNumbers.Of(layer.running_var);
            var gamma = layer.affine ? PlanNumbers.Of(layer.weight) : null;
            return variance.Select((number, i) => (gamma?[i] ?? 1) / Math.Sqrt(number + layer.eps));
        }
    }

    /// <summary>Each group of channels of each example normalized, then scale and shift by channel.</summary>
    private static PlanValue Grouped(
        PlanWriter plan, PlanValue x, int groups, double eps, Tensor? weight, Tensor? bias, string key)
    {
        var y = plan.Normalize(plan.Reshape(x, x.Shape[0], groups, x.Count / x.Shape[0] / groups), eps);
        return Affine(plan, plan.Reshape(y, x.Shape), weight, bias, key, 1);
    }

    private static PlanValue Affine(PlanWriter plan, PlanValue x, Tensor? weight, Tensor? bias, string key, int axis)
    {
        if (weight is null && bias is null)
            return x;
        int[] shape = [x.Shape[axis]];
        var scale = weight is null
            ? plan.Constant($"{key}.weight", shape, () => [.. Enumerable.Repeat(1f, shape[0])])
            : plan.Constant($"{key}.weight", shape, () => PlanNumbers.Of(weight), $"{key}.weight");
        var shift = bias is null
            ? plan.Constant($"{key}.bias", shape, () => new float[shape[0]])
            : plan.Constant($"{key}.bias", shape, () => PlanNumbers.Of(bias), $"{key}.bias");
        return plan.Affine(x, scale, shift, axis);
    }

    private static PlanValue LayerNorm(PlanWriter plan, LayerNorm layer, string key, PlanValue x)
    {
        var size = (int)layer.normalized_shape.Aggregate(1L, (all, length) => all * length);
        var y = Affine(
            plan, plan.Normalize(plan.Reshape(x, x.Count / size, size), layer.eps), layer.weight, layer.bias, key, 1);
        return plan.Reshape(y, x.Shape);
    }

    private static PlanValue Prelu(PlanWriter plan, PReLU layer, string key, PlanValue x)
    {
        int[] shape = [(int)layer.weight!.shape[0], .. Enumerable.Repeat(1, Math.Max(0, x.Shape.Length - 2))];
        var slopes = plan.Constant($"{key}.weight.of{x.Shape.Length}", shape, () => PlanNumbers.Of(layer.weight!), $"{key}.weight");
        return plan.Combine(x, plan.Of(slopes), null);
    }

    private static int[] Ints(long[] numbers) => [.. numbers.Select(number => checked((int)number))];
}
