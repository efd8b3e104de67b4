using System.Runtime.InteropServices;
using TorchSharp.Modules;

namespace BayesGen.Execution;

/// <summary>
/// Hands images to the network with the channels last in memory, where that is faster and the network takes it. Shapes stay
/// [N, C, H, W]; what the layers return follows the layout of their inputs.
/// </summary>
/// <remarks>
/// Torch's pooling on the CPU is five to ten times as fast that way, and the convolutions gain too. A network whose forward asks for
/// contiguous memory (<c>x.view(...)</c>) is found out by a trial on one example, without gradients and in evaluation mode. The choice
/// depends on the network alone and never on a time, so that a training can be repeated.
/// </remarks>
internal sealed class ImageLayout
{
    /// <summary>How far the outputs of the two layouts may differ by rounding, as a part of the largest.</summary>
    private const double Rounding = 1e-3;

    private readonly nn.Module _network;
    private readonly Func<EvaluationMode> _evaluate;
    private readonly Func<Tensor, Tensor> _forward;
    private bool? _isTaken;

    /// <param name="network">The network.</param>
    /// <param name="evaluate">Puts it, and what is around it, into evaluation mode.</param>
    /// <param name="forward">Its forward.</param>
    /// <param name="isWanted">What the caller says; null where it is to be found out.</param>
    public ImageLayout(nn.Module network, Func<EvaluationMode> evaluate, Func<Tensor, Tensor> forward, bool? isWanted) =>
        (_network, _evaluate, _forward, _isTaken) = (network, evaluate, forward, isWanted);

    /// <summary>The inputs as the network gets them: the same numbers under the same shape.</summary>
    public Tensor Of(Tensor inputs)
    {
        if (inputs.dim() != 4 || inputs.device_type != DeviceType.CPU || inputs.dtype != ScalarType.Float32 || inputs.numel() == 0)
            return inputs;
        _isTaken ??= HasConvolution() && IsTakenBy(inputs);
        return _isTaken.Value ? ChannelsLast(inputs) : inputs;
    }

    private static Tensor ChannelsLast(Tensor inputs)
    {
        var (count, channels, height, width) = (inputs.size(0), inputs.size(1), inputs.size(2), inputs.size(3));
        // With one channel both layouts are one in memory, and only the strides tell Torch which of them is meant.
        if (channels == 1)
        {
            using var plain = inputs.contiguous();
            return plain.as_strided([count, 1, height, width], [height * width, 1, width, 1], plain.storage_offset());
        }

        using var moved = inputs.permute(0, 2, 3, 1);
        using var laid = moved.contiguous();
        return laid.permute(0, 3, 1, 2);
    }

    private bool HasConvolution() => _network.modules().Any(module => module is Conv2d or ConvTranspose2d);

    private bool IsTakenBy(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var mode = _evaluate();
        var example = inputs.narrow(0, 0, 1);
        if (Try(example) is not { } plain || Try(ChannelsLast(example)) is not { } output || !plain.shape.SequenceEqual(output.shape))
            return false;
        var difference = plain.Subtract(output).abs().max().to(ScalarType.Float64).item<double>();
        return difference <= Rounding * plain.abs().max().to(ScalarType.Float64).item<double>();
    }

    /// <summary>Null where the network refuses; whoever runs it for real gets the error then.</summary>
    private Tensor? Try(Tensor example)
    {
        try
        {
            return _forward(example);
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
