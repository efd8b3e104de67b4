using TorchSharp.Modules;

namespace BayesGen.Export;

/// <summary>LSTM and GRU layer by layer and direction by direction.</summary>
internal static class RecurrentPlan
{
    public static IReadOnlyList<PlanValue> Add(PlanWriter plan, nn.Module layer, string key, PlanValue x)
    {
        var weights = layer.named_parameters().ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter);
        if (weights.Keys.Any(name => name.StartsWith("weight_hr", StringComparison.Ordinal)))
            throw plan.Refused("an LSTM with a projection", "Put a Linear behind it instead.");
        var isLstm = layer is LSTM;
        var isBatchFirst = IsBatchFirst(layer, weights["weight_ih_l0"]);
        var isFlat = x.Shape.Length == 2;
        if (isFlat)
            x = plan.Reshape(x, x.Shape[0], 1, x.Shape[1]);
        else if (isBatchFirst)
            x = plan.Permute(x, 1, 0, 2);
        List<PlanValue> hidden = [], cells = [];
        for (var depth = 0; weights.ContainsKey($"weight_ih_l{depth}"); depth++)
        {
            var directions = new List<PlanValue>();
            foreach (var end in new[] { "", "_reverse" })
            {
                if (!weights.ContainsKey($"weight_ih_l{depth}{end}"))
                    continue;
                var (y, h, c) = plan.Recurrent(
                    x, isLstm, end.Length > 0, Weight($"weight_ih_l{depth}{end}")!, Weight($"weight_hh_l{depth}{end}")!,
                    Weight($"bias_ih_l{depth}{end}"), Weight($"bias_hh_l{depth}{end}"));
                directions.Add(y);
                hidden.Add(h);
                if (c is not null)
                    cells.Add(c);
            }

            x = directions.Count == 1 ? directions[0] : plan.Cat(directions, 2);
        }

        if (isFlat)
            x = plan.Reshape(x, x.Shape[0], x.Shape[2]);
        else if (isBatchFirst)
            x = plan.Permute(x, 1, 0, 2);
        return isLstm ? [x, State(hidden), State(cells)] : [x, State(hidden)];

        PlanConstant? Weight(string name) => weights.TryGetValue(name, out var weight) ? plan.Constant($"{key}.{name}", weight) : null;

        PlanValue State(List<PlanValue> states)
        {
            var all = states.Count == 1 ? states[0] : plan.Cat(states, 0);
            return isFlat ? plan.Reshape(all, all.Shape[0], all.Shape[2]) : all;
        }
    }

    /// <summary>The layer does not tell, but the batch of its state does.</summary>
    private static bool IsBatchFirst(nn.Module layer, Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var x = zeros([2, 3, weight.shape[1]], dtype: weight.dtype, device: weight.device);
        var state = layer is LSTM lstm ? lstm.call(x).Item2 : ((GRU)layer).call(x).Item2;
        return state.shape[1] == 2;
    }
}
