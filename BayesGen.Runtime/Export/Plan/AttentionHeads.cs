using TorchSharp.Modules;

namespace BayesGen.Export;

/// <summary>The number of heads of a MultiheadAttention, which does not tell it.</summary>
internal static class AttentionHeads
{
    /// <summary>The number by which the layer's answer to an example is reproduced; null where there is none.</summary>
    public static int? Of(MultiheadAttention layer, int width)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weights = layer.named_parameters().ToDictionary(
            entry => entry.name, entry => entry.parameter.detach().cpu().to(ScalarType.Float64));
        var some = weights["out_proj.weight"];
        var whole = weights.GetValueOrDefault("in_proj_weight");
        Tensor[] inputs = [.. Enumerable.Range(0, 3).Select(part => Example(part, WeightOf(part).shape[1]))];
        var parameter = layer.named_parameters().First().parameter;
        var (answer, _) = layer.call(Moved(0), Moved(1), Moved(2));
        var expected = answer.cpu().to(ScalarType.Float64);
        var scale = expected.abs().max().item<double>();

        // Where several numbers of heads give the same, such as with weights of zero, none is known.
        List<int> fitting = [.. Enumerable.Range(1, width).Where(heads => width % heads == 0)
            .Where(heads => Answer(heads).Subtract(expected).abs().max().item<double>() < 1e-4 * scale)];
        return fitting is [var only] ? only : null;

        Tensor WeightOf(int part) => whole is null
            ? weights[$"{"qkv"[part]}_proj_weight"]
            : whole.narrow(0, part * width, width);

        Tensor Moved(int part) => inputs[part].to(parameter.dtype).to(parameter.device);

        Tensor Answer(int heads)
        {
            Tensor[] parts = [.. Enumerable.Range(0, 3).Select(part =>
            {
                var x = inputs[part].matmul(WeightOf(part).t());
                if (weights.TryGetValue("in_proj_bias", out var bias))
                    x = x.AddTo(bias.narrow(0, part * width, width));
                return x.reshape(3, heads, width / heads).permute(1, 0, 2);
            })];
            var attention = parts[0].matmul(parts[1].transpose(1, 2)).div(Operand(Math.Sqrt(width / heads))).softmax(-1);
            var joined = attention.matmul(parts[2]).permute(1, 0, 2).reshape(3, 1, width).matmul(some.t());
            return weights.TryGetValue("out_proj.bias", out var shift) ? joined.AddTo(shift) : joined;
        }
    }

    /// <summary>Numbers without a pattern that heads could share, [3, 1, width].</summary>
    private static Tensor Example(int part, long width) =>
        arange(Operand(3 * width), dtype: ScalarType.Float64, device: CPU)
            .mul(Operand(0.7 + part)).AddTo(Operand(part)).Squared().sin().mul(Operand(3)).reshape(3, 1, width);
}
