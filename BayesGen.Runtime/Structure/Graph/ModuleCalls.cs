using TorchSharp.Modules;

namespace BayesGen.Structure;

/// <summary>What the call of a module is in a graph.</summary>
internal static class ModuleCalls
{
    public static IReadOnlyList<GraphValue> Add(
        GraphBuilder graph, nn.Module module, string source, IReadOnlyList<GraphValue> inputs)
    {
        if (module.GetType().Assembly != typeof(Linear).Assembly)
            return GraphDescriptions.Track(graph, module, source, inputs);
        var taken = module is MultiheadAttention ? 3 : module is Bilinear ? 2 : 1;
        if (inputs.Count != taken)
            throw GraphBuilder.CannotFollow(
                source, $"{module.GetType().Name} is called with {inputs.Count} tensors, and a graph follows {taken}: no mask and no first state");
        switch (module)
        {
            case Identity:
                return inputs;
            case Linear or Convolution or Bilinear or Embedding or NormBase or LayerNorm or GroupNorm or PReLU
                or LSTM or GRU or RNN or MultiheadAttention:
                return graph.Layer(module, null, source, [.. inputs]);
            case nn.Module<Tensor, Tensor> sequence when IsSequence(module):
                // The names of the items are their places; what Sequential runs is its children in their order.
                return sequence.children().Aggregate(inputs, (values, item) => Add(graph, item, source, values));
            default:
                var value = graph.Apply(OperationOf(module, source), source, [.. inputs]);
                return [IsInPlace(module) ? graph.Change(value) : value];
        }
    }

    private static bool IsSequence(nn.Module module) => module.GetType() is { IsGenericType: true } type
        && type.Name.StartsWith("Sequential`")
        || module is Sequential;

    /// <summary>Whether it changes its input; ELU computes beside it whatever it is told.</summary>
    private static bool IsInPlace(nn.Module module) => module is ReLU { inplace: true } or ReLU6 { inplace: true }
        or LeakyReLU { inplace: true } or CELU { inplace: true } or SELU { inplace: true } or GELU { inplace: true }
        or SiLU { inplace: true } or Mish { inplace: true } or Sigmoid { inplace: true } or Tanh { inplace: true }
        or Hardsigmoid { inplace: true } or Hardswish { inplace: true } or Hardtanh { inplace: true } or Softsign { inplace: true };

    private static GraphOperation OperationOf(nn.Module module, string source) => module switch
    {
        ReLU => new Activation(ActivationKind.Relu),
        ReLU6 => new Activation(ActivationKind.Relu6),
        LeakyReLU leaky => new Activation(ActivationKind.LeakyRelu, leaky.negative_slope),
        ELU elu => new Activation(ActivationKind.Elu, elu.alpha),
        CELU celu => new Activation(ActivationKind.Celu, celu.alpha),
        SELU => new Activation(ActivationKind.Selu),
        GELU gelu => new Activation(gelu.approximate == GELU.Approximate.tanh ? ActivationKind.GeluTanh : ActivationKind.Gelu),
        SiLU => new Activation(ActivationKind.Silu),
        Mish => new Activation(ActivationKind.Mish),
        Sigmoid => new Activation(ActivationKind.Sigmoid),
        LogSigmoid => new Activation(ActivationKind.LogSigmoid),
        Tanh => new Activation(ActivationKind.Tanh),
        Hardsigmoid => new Activation(ActivationKind.HardSigmoid),
        Hardswish => new Activation(ActivationKind.HardSwish),
        Hardtanh { inplace: false } => throw GraphBuilder.CannotFollow(
            source, "TorchSharp's Hardtanh returns its input as it is; write x.clamp(-1, 1) in forward, which computes it"),
        Hardtanh hard => new Activation(ActivationKind.Clamp, hard.min_val, hard.max_val),
        Softplus soft => new Activation(ActivationKind.Softplus, soft.beta, soft.threshold),
        Softsign => new Activation(ActivationKind.Softsign),
        Softmax softmax => new GraphSoftmax(softmax.dim, false),
        Softmax2d => new GraphSoftmax(-3, false),
        LogSoftmax softmax => new GraphSoftmax(softmax.dim, true),
        Dropout dropout => new GraphDropout(dropout.p),
        Dropout1d dropout => new GraphDropout(dropout.p),
        Dropout2d dropout => new GraphDropout(dropout.p),
        Dropout3d dropout => new GraphDropout(dropout.p),
        AlphaDropout dropout => new GraphDropout(dropout.p),
        FeatureAlphaDropout dropout => new GraphDropout(dropout.p),
        Flatten flatten => new Flattening(flatten.start_dim, flatten.end_dim),
        MaxPool1d pool => Maximum([pool.kernel_size], One(pool.stride), One(pool.padding), One(pool.dilation), pool.ceil_mode),
        MaxPool2d pool => Maximum(pool.kernel_size, pool.stride, pool.padding, pool.dilation, pool.ceil_mode),
        MaxPool3d pool => Maximum(pool.kernel_size, pool.stride, pool.padding, pool.dilation, pool.ceil_mode),
        AvgPool1d pool => Average([pool.kernel_size], One(pool.stride), One(pool.padding), pool.ceil_mode, pool.count_include_pad, null),
        AvgPool2d pool => Average(
            pool.kernel_size, pool.stride, pool.padding, pool.ceil_mode, pool.count_include_pad, pool.divisor_override),
        AvgPool3d pool => Average(
            pool.kernel_size, pool.stride, pool.padding, pool.ceil_mode, pool.count_include_pad, pool.divisor_override),
        AdaptiveAvgPool1d pool => Adaptive(PoolingKind.AdaptiveAverage, [pool.output_size]),
        AdaptiveAvgPool2d pool => Adaptive(PoolingKind.AdaptiveAverage, pool.output_size),
        AdaptiveAvgPool3d pool => Adaptive(PoolingKind.AdaptiveAverage, pool.output_size),
        AdaptiveMaxPool1d pool => Adaptive(PoolingKind.AdaptiveMaximum, [pool.output_size]),
        AdaptiveMaxPool2d pool => Adaptive(PoolingKind.AdaptiveMaximum, pool.output_size),
        AdaptiveMaxPool3d pool => Adaptive(PoolingKind.AdaptiveMaximum, pool.output_size),
        PixelShuffle shuffle => new PixelShuffling(shuffle.upscale_factor),
        Upsample upsample => new Resizing(
            upsample.mode switch
            {
                UpsampleMode.Nearest => ResizingMode.Nearest,
                UpsampleMode.Linear or UpsampleMode.Bilinear or UpsampleMode.Trilinear => ResizingMode.Linear,
                _ => ResizingMode.Cubic,
            },
            [.. upsample.size.ToArray().Select(size => (GraphSize)size)],
            upsample.size.Length > 0 ? [] : upsample.scale_factor.ToArray(),
            upsample.align_corners ?? false),
        ZeroPad2d pad => new GraphPadding(pad.padding, PaddingModes.Constant, 0),
        ConstantPad1d or ConstantPad2d or ConstantPad3d =>
            new GraphPadding(((PadBase)module).padding, PaddingModes.Constant, ((PadBase)module).value),
        ReflectionPad1d or ReflectionPad2d or ReflectionPad3d =>
            new GraphPadding(((PadBase)module).padding, PaddingModes.Reflect, 0),
        ReplicationPad1d or ReplicationPad2d or ReplicationPad3d =>
            new GraphPadding(((PadBase)module).padding, PaddingModes.Replicate, 0),
        _ => throw GraphBuilder.CannotFollow(source, $"{module.GetType().Name} is not among the modules that a graph knows"),
    };

    private static long[]? One(long? value) => value is { } number ? [number] : null;

    /// <summary>Maximum pooling, with the values that Torch takes where nothing is said.</summary>
    public static Pooling Maximum(long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil) => new(
        PoolingKind.Maximum, kernel, Full(stride, kernel, kernel), Full(padding, kernel, [0]), Full(dilation, kernel, [1]), ceil);

    /// <summary>Average pooling, with the values that Torch takes where nothing is said.</summary>
    public static Pooling Average(long[] kernel, long[]? stride, long[]? padding, bool ceil, bool countsPadding, long? divisor) => new(
        PoolingKind.Average, kernel, Full(stride, kernel, kernel), Full(padding, kernel, [0]), [], ceil, countsPadding, divisor);

    public static Pooling Adaptive(PoolingKind kind, long[] sizes) => new(kind, sizes, [], [], []);

    private static long[] Full(long[]? given, long[] kernel, long[] otherwise)
    {
        var values = given is { Length: > 0 } ? given : otherwise;
        return values.Length == kernel.Length ? values : [.. Enumerable.Repeat(values[0], kernel.Length)];
    }
}
