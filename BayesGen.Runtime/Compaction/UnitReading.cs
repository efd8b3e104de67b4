using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>A layer that reads all units of its input and puts out units of its own.</summary>
internal sealed class UnitReading
{
    private readonly int _groups = 1;

    /// <summary>[outputs, inputs of a group], flat: whether any weight between two units is not zero.</summary>
    private readonly bool[] _reads;

    private readonly bool _foldsConstants;

    /// <param name="module">A linear layer or a convolution.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="outputs">The units that it puts out.</param>
    public UnitReading(nn.Module module, ValueUnits inputs, int[] outputs)
        : this(module, inputs, outputs, ReadsOf(module), FoldsConstants(module))
    {
        _groups = module is Convolution convolution ? (int)convolution.groups : 1;
    }

    /// <param name="module">A layer.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="outputs">The units that it puts out.</param>
    /// <param name="reads">[outputs, inputs], flat: whether an input changes an output.</param>
    /// <param name="foldsConstants">Whether a constant input is a constant to every output, so that it can join the bias.</param>
    public UnitReading(nn.Module module, ValueUnits inputs, int[] outputs, bool[] reads, bool foldsConstants)
    {
        (Module, Inputs, Outputs, _reads, _foldsConstants) = (module, inputs, outputs, reads, foldsConstants);
    }

    public nn.Module Module { get; }

    /// <summary>Constant inputs that another one stands for, and what they are of it.</summary>
    public List<(int Input, int By, double Ratio)> Shared { get; } = [];

    public ValueUnits Inputs { get; }

    public int[] Outputs { get; }

    /// <summary>Whether an input can be left out whoever reads it.</summary>
    public bool Folds(int input) => Inputs.Constants[input] == 0 || _foldsConstants && !double.IsNaN(Inputs.Constants[input]);

    /// <summary>The input units that change an output.</summary>
    public IEnumerable<int> ReadBy(int output)
    {
        var inGroup = Inputs.Units.Length / _groups;
        var first = output / (Outputs.Length / _groups) * inGroup;
        for (var i = 0; i < inGroup; i++)
            if (_reads[(output * inGroup) + i])
                yield return first + i;
    }

    /// <summary>What each output is, where all that it reads are constants; else NaN.</summary>
    public double[] OutputConstants(double[]? bias)
    {
        var constants = Shift(input => Folds(input));
        for (var output = 0; output < constants.Length; output++)
            constants[output] = ReadBy(output).All(Folds) ? constants[output] + (bias?[output] ?? 0) : double.NaN;
        return constants;
    }

    /// <summary>The weight with those of inputs added to which others stand for; null where there are none.</summary>
    public Tensor? WithShared(Tensor weight)
    {
        if (Shared.Count == 0)
            return null;
        var exact = weight.to(ScalarType.Float64);
        var sum = exact.clone();
        foreach (var (input, by, ratio) in Shared)
        {
            using var more = exact.narrow(1, input, 1) * Operand(ratio);
            using var column = sum.narrow(1, by, 1);
            column.AddInPlace(more);
        }

        return sum.to(weight.dtype);
    }

    /// <summary>What constant inputs put into each number of the bias.</summary>
    /// <param name="counts">Whether an input is one of them.</param>
    public double[] Shift(Func<int, bool> counts)
    {
        double[] constants = [.. Inputs.Constants.Select((constant, input) => !double.IsNaN(constant) && counts(input) ? constant : 0)];
        using var scope = NewDisposeScope();
        var weight = Rows(Module).to(ScalarType.Float64);
        if (Array.TrueForAll(constants, constant => constant == 0))
            return new double[weight.size(0)];
        var sums = (weight.dim() > 2 ? weight.flatten(2).sum(2) : weight).reshape(_groups, weight.size(0) / _groups, -1);
        var given = tensor(constants, dtype: ScalarType.Float64, device: weight.device).reshape(_groups, -1, 1);
        return sums.matmul(given).flatten().cpu().data<double>().ToArray();
    }

    /// <summary>The weights of a layer with outputs first.</summary>
    private static Tensor Rows(nn.Module module)
    {
        var weight = (RecurrentUnits.Are(module) ? module.get_parameter("weight_ih_l0")! : LayerNumbers.WeightOf(module)).detach();
        return module is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d ? weight.transpose(0, 1) : weight;
    }

    private static bool[] ReadsOf(nn.Module module)
    {
        using var scope = NewDisposeScope();
        var isRead = Rows(module).ne(Operand(0));
        return (isRead.dim() > 2 ? isRead.flatten(2).any(2) : isRead).cpu().contiguous().data<bool>().ToArray();
    }

    /// <summary>Zeros around a map make a constant channel not constant at the border, and a transposed convolution reaches outputs
    /// unevenly.</summary>
    private static bool FoldsConstants(nn.Module module) => module switch
    {
        ConvTranspose1d or ConvTranspose2d or ConvTranspose3d => false,
        Convolution { padding_mode: PaddingModes.Zeros } convolution =>
            convolution.padding_type is { } type ? type == Padding.Valid : convolution.padding is null
                || convolution.padding.All(size => size == 0),
        _ => true,
    };
}
