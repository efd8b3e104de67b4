using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>The numbers of layers as plain ones.</summary>
internal static class LayerNumbers
{
    /// <summary>The weight of a layer.</summary>
    public static Tensor WeightOf(nn.Module module) => module switch
    {
        Linear linear => linear.weight!,
        Convolution convolution => convolution.weight,
        _ => module.get_parameter("weight")!,
    };

    /// <summary>The bias as plain numbers; null where there is none.</summary>
    public static double[]? BiasOf(nn.Module module) => Numbers(module switch
    {
        Linear linear => linear.bias,
        Convolution convolution => convolution.bias,
        _ => null,
    });

    /// <summary>A tensor as plain numbers.</summary>
    public static double[]? Numbers(Tensor? tensor)
    {
        if (tensor is null || tensor.IsInvalid)
            return null;
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }

    /// <summary>What each feature of an Embedding is, where all words have the same number there; else NaN.</summary>
    public static double[] WordConstants(nn.Module embedding)
    {
        using var scope = NewDisposeScope();
        var words = WeightOf(embedding).detach();
        var (least, most) = (Numbers(words.amin(0))!, Numbers(words.amax(0))!);
        return [.. least.Select((number, i) => number.Equals(most[i]) ? number : double.NaN)];
    }

    /// <summary>Constants after a layer per channel.</summary>
    public static double[] AfterChannels(nn.Module module, double[] constants)
    {
        if (module is PReLU)
        {
            var slopes = Numbers(WeightOf(module))!;
            return [.. constants.Select((constant, i) => constant >= 0 ? constant : constant * slopes[slopes.Length == 1 ? 0 : i])];
        }

        var norm = (NormBase)module;
        var (scale, shift) = (Numbers(norm.weight), Numbers(norm.bias));
        var (mean, variance) = norm.track_running_stats ? (Numbers(norm.running_mean), Numbers(norm.running_var)) : (null, null);
        return
        [
            .. constants.Select((constant, i) => double.IsNaN(constant) && scale?[i] != 0 ? double.NaN
                : ((scale?[i] ?? 1) is 0 or double.NaN || mean is null ? 0
                    : (constant - mean[i]) / Math.Sqrt(variance![i] + norm.eps) * (scale?[i] ?? 1)) + (shift?[i] ?? 0)),
        ];
    }
}
