using TorchSharp.Modules;
using BayesGen.Structure;

namespace BayesGen.Compaction;

/// <summary>A layer whose tensors lie along units: what it reads and puts out.</summary>
/// <param name="Module">The layer.</param>
/// <param name="Key">Its key.</param>
/// <param name="Inputs">The units that it reads; null where all of its inputs stay.</param>
/// <param name="Outputs">The units that it puts out; those of a layer per channel are the ones that it reads.</param>
/// <param name="Reading">The weights between them; null of a layer per channel and of an Embedding.</param>
internal sealed record LayerUnits(nn.Module Module, string Key, ValueUnits? Inputs, int[] Outputs, UnitReading? Reading)
{
    /// <summary>The weights of a layer as plain numbers.</summary>
    public static UnitReading ReadingOf(nn.Module module, ValueUnits inputs, int[] outputs)
    {
        using var scope = NewDisposeScope();
        var weight = WeightOf(module).detach().to(ScalarType.Float64).cpu();
        var groups = module is Convolution convolution ? convolution.groups : 1;
        if (module is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d)
            weight = weight.transpose(0, 1);
        var perGroup = weight.size(1);
        var flat = weight.reshape(weight.size(0), perGroup, -1);
        var sums = flat.sum(2).contiguous().data<double>().ToArray();
        var reads = flat.ne(0).any(2).contiguous().data<bool>().ToArray();
        var (weights, nonzero) = (new double[outputs.Length, inputs.Units.Length], new bool[outputs.Length, inputs.Units.Length]);
        for (var output = 0; output < outputs.Length; output++)
        {
            var first = output / (outputs.Length / (int)groups) * (int)perGroup;
            for (var local = 0; local < perGroup; local++)
            {
                var place = (output * (int)perGroup) + local;
                (weights[output, first + local], nonzero[output, first + local]) = (sums[place], reads[place]);
            }
        }

        return new(inputs, outputs, weights, nonzero, Folds(module));
    }

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

    /// <summary>Zeros around a map make a constant channel not constant at the border, and a transposed convolution reaches outputs
    /// unevenly.</summary>
    private static bool Folds(nn.Module module) => module switch
    {
        ConvTranspose1d or ConvTranspose2d or ConvTranspose3d => false,
        Convolution { padding_mode: PaddingModes.Zeros } convolution =>
            convolution.padding_type is { } type ? type == Padding.Valid : convolution.padding is null
                || convolution.padding.All(size => size == 0),
        _ => true,
    };

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
        var (mean, variance) = module is InstanceNorm || !norm.track_running_stats
            ? (null, null) : (Numbers(norm.running_mean), Numbers(norm.running_var));
        return
        [
            .. constants.Select((constant, i) => double.IsNaN(constant) && scale?[i] != 0 ? double.NaN
                : ((scale?[i] ?? 1) is 0 or double.NaN || mean is null ? 0
                    : (constant - mean[i]) / Math.Sqrt(variance![i] + norm.eps) * (scale?[i] ?? 1)) + (shift?[i] ?? 0)),
        ];
    }
}
