using F = TorchSharp.torch.nn.functional;

namespace BayesGen.Structure;

/// <summary>Computes the operations whose numbers are all known before the network runs.</summary>
internal static class OperationRun
{
    public static Tensor Compute(GraphOperation operation, IReadOnlyList<Tensor> x) => operation switch
    {
        Arithmetic arithmetic => Compute(arithmetic.Kind, x[0], x[1]),
        Activation activation => Compute(activation, x[0]),
        GraphDropout => x[0],
        GraphSoftmax { IsLog: true } softmax => F.log_softmax(x[0], softmax.Dimension),
        GraphSoftmax softmax => F.softmax(x[0], softmax.Dimension),
        MatrixProduct => x[0].matmul(x[1]),
        AttentionProduct product => F.scaled_dot_product_attention(x[0], x[1], x[2], is_casual: product.IsCausal),
        Concatenation concatenation => cat([.. x], concatenation.Dimension),
        Stacking stacking => stack([.. x], stacking.Dimension),
        Flattening flatten => x[0].flatten(flatten.Start, flatten.End),
        Permutation permutation => x[0].permute([.. permutation.Dimensions]),
        Transposition transposition => x[0].transpose(transposition.First, transposition.Second),
        Squeezing squeezing => x[0].squeeze(squeezing.Dimension),
        Unsqueezing unsqueezing => x[0].unsqueeze(unsqueezing.Dimension),
        Pooling pooling => Compute(pooling, x[0]),
        GraphReduction reduction => Compute(reduction, x[0]),
        GraphPadding padding => F.pad(x[0], [.. padding.Amounts], padding.Mode, padding.Value),
        PixelShuffling shuffling => F.pixel_shuffle(x[0], shuffling.Factor),
        _ => throw new NotSupportedException($"{operation.GetType().Name} cannot be computed by itself."),
    };

    private static Tensor Compute(ArithmeticKind kind, Tensor a, Tensor b) => kind switch
    {
        ArithmeticKind.Add => a.AddTo(b),
        ArithmeticKind.Subtract => a.Subtract(b),
        ArithmeticKind.Multiply => a * b,
        ArithmeticKind.Divide => a / b,
        ArithmeticKind.Power => a.pow(b),
        ArithmeticKind.Maximum => maximum(a, b),
        _ => minimum(a, b),
    };

    /// <summary>A function of each number.</summary>
    public static Tensor Compute(Activation activation, Tensor x) => activation.Kind switch
    {
        ActivationKind.Relu => F.relu(x),
        ActivationKind.Relu6 => F.relu6(x),
        ActivationKind.LeakyRelu => F.leaky_relu(x, activation.Alpha),
        ActivationKind.Elu => F.elu(x, activation.Alpha),
        ActivationKind.Selu => F.selu(x),
        ActivationKind.Celu => F.celu(x, activation.Alpha),
        ActivationKind.Gelu => F.gelu(x),
        ActivationKind.GeluTanh => F.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh),
        ActivationKind.Silu => F.silu(x),
        ActivationKind.Mish => F.mish(x),
        ActivationKind.Sigmoid => x.sigmoid(),
        ActivationKind.LogSigmoid => F.logsigmoid(x),
        ActivationKind.Tanh => x.tanh(),
        ActivationKind.HardSigmoid => F.hardsigmoid(x),
        ActivationKind.HardSwish => F.hardswish(x),
        ActivationKind.Clamp => x.clamp(Operand(activation.Alpha), Operand(activation.Beta)),
        ActivationKind.Softplus => F.softplus(x, activation.Alpha, activation.Beta),
        ActivationKind.Softsign => F.softsign(x),
        ActivationKind.Negate => -x,
        ActivationKind.Absolute => x.abs(),
        ActivationKind.Exponential => x.exp(),
        ActivationKind.Logarithm => x.log(),
        ActivationKind.SquareRoot => x.sqrt(),
        ActivationKind.Square => x.Squared(),
        _ => x.reciprocal(),
    };

    private static Tensor Compute(Pooling pooling, Tensor x)
    {
        long[] kernel = [.. pooling.Kernel], stride = [.. pooling.Stride], padding = [.. pooling.Padding],
            dilation = [.. pooling.Dilation];
        return (pooling.Kind, kernel.Length) switch
        {
            (PoolingKind.Maximum, 1) => F.max_pool1d(x, kernel[0], stride[0], padding[0], dilation[0], pooling.CeilMode),
            (PoolingKind.Maximum, 2) => F.max_pool2d(x, kernel, stride, padding, dilation, pooling.CeilMode),
            (PoolingKind.Maximum, _) => F.max_pool3d(x, kernel, stride, padding, dilation, pooling.CeilMode),
            (PoolingKind.Average, 1) => F.avg_pool1d(
                x, kernel[0], stride[0], padding[0], pooling.CeilMode, pooling.CountIncludesPadding),
            (PoolingKind.Average, 2) => F.avg_pool2d(
                x, kernel, stride, padding, pooling.CeilMode, pooling.CountIncludesPadding, pooling.Divisor),
            (PoolingKind.Average, _) => F.avg_pool3d(
                x, kernel, stride, padding, pooling.CeilMode, pooling.CountIncludesPadding, pooling.Divisor),
            (PoolingKind.AdaptiveMaximum, 1) => F.adaptive_max_pool1d(x, kernel[0]),
            (PoolingKind.AdaptiveMaximum, 2) => F.adaptive_max_pool2d(x, kernel),
            (PoolingKind.AdaptiveMaximum, _) => F.adaptive_max_pool3d(x, kernel),
            (_, 1) => F.adaptive_avg_pool1d(x, kernel[0]),
            (_, 2) => F.adaptive_avg_pool2d(x, kernel),
            _ => F.adaptive_avg_pool3d(x, kernel),
        };
    }

    private static Tensor Compute(GraphReduction reduction, Tensor x)
    {
        long[] dimensions = reduction.Dimensions.Count > 0 ? [.. reduction.Dimensions] : [.. Enumerable.Range(0,
            (int)x.dim()).Select(d => (long)d)];
        return reduction.Kind switch
        {
            ReductionKind.Mean => x.mean(dimensions, reduction.KeepsDimensions),
            ReductionKind.Sum => x.sum(dimensions, reduction.KeepsDimensions),
            ReductionKind.Maximum => x.amax(dimensions, reduction.KeepsDimensions),
            _ => x.amin(dimensions, reduction.KeepsDimensions),
        };
    }
}
