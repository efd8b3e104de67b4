using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Export;

/// <summary>Attention in products of matrices.</summary>
internal static class AttentionPlan
{
    /// <summary>softmax(q k' / sqrt(d)) v over the last two dimensions.</summary>
    public static PlanValue Product(PlanWriter plan, PlanValue q, PlanValue k, PlanValue v, bool isCausal) =>
        plan.MatMul(Weights(plan, q, k, isCausal), v);

    /// <summary>softmax(q k' / sqrt(d)).</summary>
    private static PlanValue Weights(PlanWriter plan, PlanValue q, PlanValue k, bool isCausal)
    {
        int[] dimensions = [.. Enumerable.Range(0, k.Shape.Length)];
        (dimensions[^1], dimensions[^2]) = (dimensions[^2], dimensions[^1]);
        var scores = plan.Scale(plan.MatMul(q, plan.Permute(k, dimensions)), 1 / Math.Sqrt(q.Shape[^1]), 0);
        if (isCausal)
        {
            var (rows, columns) = (q.Shape[^2], k.Shape[^2]);
            var mask = plan.Constant(
                $"causal.{rows}x{columns}", [rows, columns],
                () => [.. Enumerable.Range(0, rows * columns).Select(i => i % columns > i / columns ? float.NegativeInfinity : 0)]);
            scores = plan.Combine(scores, plan.Of(mask), ArithmeticKind.Add);
        }

        return plan.Softmax(scores, scores.Shape.Length - 1, isLog: false);
    }

    /// <summary>MultiheadAttention over [L, N, E].</summary>
    public static IReadOnlyList<PlanValue> Heads(PlanWriter plan, MultiheadAttention layer, string key, IReadOnlyList<PlanValue> inputs)
    {
        var weights = layer.named_parameters().ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter);
        if (weights.ContainsKey("bias_k") || weights.ContainsKey("bias_v"))
            throw plan.Refused("MultiheadAttention with a bias of keys and values", "Make it without add_bias_kv.");
        var width = (int)weights["out_proj.weight"].shape[0];
        var heads = AttentionHeads.Of(layer, width)
            ?? throw plan.Refused("MultiheadAttention with a row of zeros", "Make it without add_zero_attn.");
        var (queries, values) = (inputs[0].Shape[0], inputs[1].Shape[0]);
        var batch = inputs[0].Shape[1];
        var (q, k, v) = (Projected(0, inputs[0], "q"), Projected(1, inputs[1], "k"), Projected(2, inputs[2], "v"));
        var attention = Weights(plan, Split(q, queries), Split(k, values), isCausal: false);
        var joined = plan.Reshape(
            plan.Permute(plan.MatMul(attention, Split(v, values)), 1, 0, 2), queries, batch, width);
        var output = plan.Linear(joined, Weight("out_proj.weight"), weights.ContainsKey("out_proj.bias") ? Weight("out_proj.bias") : null);
        var mean = plan.Reduce(plan.Reshape(attention, batch, heads, queries, values), ReductionKind.Mean, [1]);
        return [output, plan.Reshape(mean, batch, queries, values)];

        PlanConstant Weight(string name) => plan.Constant($"{key}.{name}", weights[name]);

        PlanValue Split(PlanValue x, int length) =>
            plan.Permute(plan.Reshape(x, length, batch * heads, width / heads), 1, 0, 2);

        PlanValue Projected(int part, PlanValue x, string name)
        {
            var bias = weights.ContainsKey("in_proj_bias") ? Part("in_proj_bias", part, [width]) : null;
            var weight = weights.ContainsKey("in_proj_weight")
                ? Part("in_proj_weight", part, [width, width])
                : Weight($"{name}_proj_weight");
            return plan.Linear(x, weight, bias);
        }

        PlanConstant Part(string name, int part, int[] shape) => plan.Constant($"{key}.{name}.{part}", shape, () =>
        {
            var all = PlanNumbers.Of(weights[name]);
            return all[(part * all.Length / 3)..((part + 1) * all.Length / 3)];
        });
    }
}
