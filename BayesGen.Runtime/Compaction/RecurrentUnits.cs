using BayesGen.Execution;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>The hidden units of an LSTM or GRU of one layer and one direction.</summary>
/// <remarks>
/// A hidden unit starts at zero and stays there where its candidate is zero: tanh of no weights and no bias. Of the gates of both kinds of
/// layer the candidate's is the third. A unit that nothing reads goes too.
/// </remarks>
internal static class RecurrentUnits
{
    /// <summary>
    /// Fewer hidden units than these are not made of more: libtorch 2.10 answers wrongly for them in float32 without gradients on some
    /// processors; see <see cref="LstmInference"/>.
    /// </summary>
    public const int Least = 17;

    private const int Candidate = 2;

    private static readonly string[] Weights = ["weight_ih_l0", "weight_hh_l0"];

    /// <summary>Whether the units of a layer are followed.</summary>
    public static bool Are(nn.Module module)
    {
        if (module is not (LSTM or GRU))
            return false;
        var names = module.named_parameters(recurse: false).Select(entry => entry.name).ToHashSet();
        return names.SetEquals(names.Contains("bias_ih_l0") ? [.. Weights, "bias_ih_l0", "bias_hh_l0"] : Weights);
    }

    /// <summary>How many rows a hidden unit has.</summary>
    public static int GatesOf(nn.Module module) => module is LSTM ? 4 : 3;

    /// <summary>[hidden, columns], flat: whether a hidden unit reads a column of a weight by any of its gates.</summary>
    public static bool[] Reads(nn.Module module, string name)
    {
        using var scope = NewDisposeScope();
        var weight = module.get_parameter(name)!.detach();
        return weight.ne(Operand(0)).reshape(GatesOf(module), -1, weight.size(1)).any(0).cpu().contiguous().data<bool>().ToArray();
    }

    /// <summary>Zero for each hidden unit that stays there whatever goes in; else NaN.</summary>
    public static double[] Constants(nn.Module module)
    {
        using var scope = NewDisposeScope();
        var isRead = CandidateOf("weight_ih_l0").ne(Operand(0)).any(1).logical_or(CandidateOf("weight_hh_l0").ne(Operand(0)).any(1));
        if (HasBias(module))
            isRead = module is LSTM
                ? isRead.logical_or(CandidateOf("bias_ih_l0").AddTo(CandidateOf("bias_hh_l0")).ne(Operand(0)))
                : isRead.logical_or(CandidateOf("bias_ih_l0").ne(Operand(0))).logical_or(CandidateOf("bias_hh_l0").ne(Operand(0)));
        return [.. isRead.cpu().data<bool>().ToArray().Select(read => read ? double.NaN : 0)];

        Tensor CandidateOf(string name)
        {
            var tensor = module.get_parameter(name)!.detach();
            var hidden = tensor.size(0) / GatesOf(module);
            return tensor.narrow(0, Candidate * hidden, hidden);
        }
    }

    public static bool HasBias(nn.Module module) => module.named_parameters(recurse: false).Any(entry => entry.name == "bias_ih_l0");

    /// <summary>The rows of hidden units in a tensor of all gates.</summary>
    public static long[]? Rows(nn.Module module, long[]? hidden, int before) => hidden is null ? null
        : [.. Enumerable.Range(0, GatesOf(module)).SelectMany(gate => hidden.Select(unit => (gate * (long)before) + unit))];

    /// <summary>A layer of the same kind around other tensors.</summary>
    public static nn.Module Made(nn.Module like, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var _ = no_grad();
        var (inputs, hidden) = (tensors["weight_ih_l0"].shape[1], tensors["weight_hh_l0"].shape[1]);
        var (hasBias, isBatchFirst) = (tensors.ContainsKey("bias_ih_l0"), IsBatchFirst(like));
        nn.Module made = like is LSTM
            ? nn.LSTM(inputs, hidden, 1, hasBias, isBatchFirst)
            : nn.GRU(inputs, hidden, 1, hasBias, isBatchFirst);
        made.to(tensors["weight_ih_l0"].dtype).to(tensors["weight_ih_l0"].device);
        var learns = like.named_parameters(recurse: false).ToDictionary(entry => entry.name, entry => entry.parameter.requires_grad);
        foreach (var (name, parameter) in made.named_parameters(recurse: false))
        {
            parameter.copy_(tensors[name]);
            parameter.requires_grad = learns.GetValueOrDefault(name, true);
            parameter.DetachFromDisposeScope();
        }

        return made;
    }

    /// <summary>The layer does not tell, but the batch of its state does.</summary>
    private static bool IsBatchFirst(nn.Module layer)
    {
        using var scope = NewDisposeScope();
        var weight = layer.get_parameter("weight_ih_l0")!;
        var x = zeros([2, 3, weight.shape[1]], dtype: weight.dtype, device: weight.device);
        var state = layer is LSTM lstm ? lstm.call(x).Item2 : ((GRU)layer).call(x).Item2;
        return state.shape[1] == 2;
    }
}
