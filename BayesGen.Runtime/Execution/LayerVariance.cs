using TorchSharp.Modules;

namespace BayesGen.Execution;

/// <summary>The variance of a layer's outputs given its inputs: the layer itself, run on squares.</summary>
internal static class LayerVariance
{
    /// <summary>x^2, laid out as x.</summary>
    /// <remarks>
    /// Torch settles the stride of a dimension of length 1 as it likes, and a convolution takes images of one channel for channels last
    /// or first by it.
    /// </remarks>
    public static Tensor SquareOf(Tensor input)
    {
        var square = input.Squared();
        if (input.requires_grad || !IsUnsettled(input, square))
            return square;
        using (square)
            return square.as_strided(input.shape, input.stride());
    }

    /// <summary>Var(layer(x)) = layer(x^2; Var w, Var b) for independent weights.</summary>
    /// <param name="layer">A Linear or a Conv1d to Conv3d.</param>
    /// <param name="square">x^2.</param>
    /// <param name="weight">The variances of the weight.</param>
    /// <param name="bias">The variances of the bias; null where it has none.</param>
    public static Tensor Of(nn.Module layer, Tensor square, Tensor weight, Tensor? bias) => layer switch
    {
        Linear => nn.functional.linear(square, weight, bias),
        Convolution { padding_mode: PaddingModes.Zeros, padding_type: { } type } convolution =>
            (convolution, convolution.kernel_size.Length) switch
            {
                (_, 1) => nn.functional.conv1d_padding(
                    square, weight, bias, convolution.stride[0], type, convolution.dilation[0], convolution.groups),
                (_, 2) => nn.functional.conv2d_padding(
                    square, weight, bias, convolution.stride, type, convolution.dilation, convolution.groups),
                _ => nn.functional.conv3d_padding(square, weight, bias, convolution.stride, type, convolution.dilation, convolution.groups),
            },
        Convolution { padding_mode: PaddingModes.Zeros } convolution => Convolve(convolution, square, weight, bias, convolution.padding!),
        Convolution convolution => Padded(convolution, square, weight, bias),
        _ => throw new NotSupportedException($"{layer.GetName()} has no local reparameterization."),
    };

    /// <summary>The weight of such a layer.</summary>
    public static Tensor WeightOf(nn.Module layer) => layer switch
    {
        Linear linear => linear.weight!,
        Convolution convolution => convolution.weight,
        _ => throw new NotSupportedException($"{layer.GetName()} has no local reparameterization."),
    };

    /// <summary>Its bias, or null.</summary>
    public static Tensor? BiasOf(nn.Module layer) => layer switch
    {
        Linear linear => linear.bias,
        Convolution convolution => convolution.bias,
        _ => throw new NotSupportedException($"{layer.GetName()} has no local reparameterization."),
    };

    /// <summary>The dimension of such a layer's outputs that its bias runs along.</summary>
    public static int ChannelOf(nn.Module layer, Tensor output) =>
        (int)output.dim() - 1 - (layer is Convolution convolution ? convolution.kernel_size.Length : 0);

    /// <summary>Whether strides differ, but where no element is found by them.</summary>
    private static bool IsUnsettled(Tensor one, Tensor other)
    {
        var differ = false;
        for (var dimension = 0; dimension < one.dim(); dimension++)
        {
            if (one.stride(dimension) == other.stride(dimension))
                continue;
            if (one.size(dimension) != 1)
                return false;
            differ = true;
        }

        return differ;
    }

    private static Tensor Padded(Convolution layer, Tensor square, Tensor weight, Tensor? bias)
    {
        // The other modes copy inputs to the border, and a copy of a square is the square of the copy.
        using var padded = nn.functional.pad(square, PaddingSizes(layer), layer.padding_mode);
        return Convolve(layer, padded, weight, bias, new long[layer.kernel_size.Length]);
    }

    private static Tensor Convolve(Convolution layer, Tensor square, Tensor weight, Tensor? bias, long[] padding) =>
        layer.kernel_size.Length switch
        {
            1 => nn.functional.conv1d(square, weight, bias, layer.stride[0], padding[0], layer.dilation[0], layer.groups),
            2 => nn.functional.conv2d(square, weight, bias, layer.stride, padding, layer.dilation, layer.groups),
            _ => nn.functional.conv3d(square, weight, bias, layer.stride, padding, layer.dilation, layer.groups),
        };

    /// <summary>The padding on both sides of each dimension, the last dimension first, as functional.pad takes it.</summary>
    /// <remarks>
    /// With Padding.Same TorchSharp 0.107 takes the first dimension first, so that such a layer with a kernel of unequal sides changes the
    /// size of its input. What counts here is what the layer does.
    /// </remarks>
    private static long[] PaddingSizes(Convolution layer)
    {
        var dimensions = layer.kernel_size.Length;
        var sizes = new long[2 * dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            if (layer.padding is { } padding)
            {
                sizes[2 * i] = sizes[2 * i + 1] = padding[dimensions - 1 - i];
                continue;
            }

            var whole = layer.padding_type == Padding.Same ? layer.dilation[i] * (layer.kernel_size[i] - 1) : 0;
            sizes[2 * i] = whole / 2;
            sizes[2 * i + 1] = whole - whole / 2;
        }

        return sizes;
    }
}
