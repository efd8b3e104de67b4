using BayesGen.Structure;
using static TorchSharp.torch.nn;
using Permutation = BayesGen.Structure.Permutation;

namespace BayesGen.Tests.Export;

/// <summary>Small networks, one for each thing an export has to get right: odd sizes, strides, padding, groups.</summary>
internal static class ExportCases
{
    public static readonly Dictionary<string, Func<(NetworkGraph Graph, Tensor Example)>> All = Cases();

    /// <summary>The graph of one module.</summary>
    public static NetworkGraph Of(nn.Module module, int output = 0)
    {
        module.eval();
        foreach (var (_, parameter) in module.named_parameters())
            using (no_grad())
                init.uniform_(parameter, -0.5, 0.5);
        var graph = new GraphBuilder(null, "Case");
        var x = graph.Input("x");
        return graph.Build(graph.CallMany(module, module.GetType().Name, x)[output]);
    }

    private static (NetworkGraph, Tensor) Layer(nn.Module module, params long[] shape) =>
        (Of(module), rand(shape, dtype: ScalarType.Float32, device: CPU) * 2 - 1);

    private static (NetworkGraph, Tensor) Made(Func<GraphBuilder, GraphValue, GraphValue> make, params long[] shape)
    {
        var graph = new GraphBuilder(null, "Case");
        var x = graph.Input("x");
        return (graph.Build(make(graph, x)), rand(shape, dtype: ScalarType.Float32, device: CPU) * 2 - 1);
    }

    private static (NetworkGraph, Tensor) Op(GraphOperation operation, params long[] shape) =>
        Made((graph, x) => graph.Apply(operation, operation.GetType().Name, x), shape);

    private static Dictionary<string, Func<(NetworkGraph, Tensor)>> Cases()
    {
        var cases = new Dictionary<string, Func<(NetworkGraph, Tensor)>>
        {
            ["Linear"] = () => Layer(Linear(13, 7), 3, 13),
            ["LinearOfManyOutputs"] = () => Layer(Linear(5, 71), 2, 5),
            ["LinearWithoutBias"] = () => Layer(Linear(9, 4, hasBias: false), 3, 9),
            ["LinearOverRows"] = () => Layer(Linear(6, 5), 3, 4, 6),
            ["LinearOfFewWeights"] = () => Sparse(Linear(40, 30), 3, 40),
            ["Conv1d"] = () => Layer(Conv1d(3, 5, 4, stride: 2, padding: 1), 3, 3, 17),
            ["Conv2d"] = () => Layer(Conv2d(3, 6, 5), 3, 3, 17, 19),
            ["Conv2dOfNarrowMaps"] = () => Layer(Conv2d(3, 5, 3), 2, 3, 5, 5),
            ["Conv2dPaddedAndDilated"] = () => Layer(Conv2d(2, 7, 3, padding: 2, dilation: 2), 3, 2, 13, 15),
            ["Conv2dStrided"] = () => Layer(Conv2d(4, 9, 3, stride: 2, padding: 1), 3, 4, 11, 9),
            ["Conv2dOfGroups"] = () => Layer(Conv2d(6, 9, 3, padding: 1, groups: 3), 2, 6, 9, 10),
            ["Conv2dDepthwise"] = () => Layer(Conv2d(5, 5, 3, padding: 1, groups: 5), 2, 5, 9, 9),
            ["Conv2dPointwise"] = () => Layer(Conv2d(5, 6, 1), 2, 5, 7, 3),
            ["Conv2dSame"] = () => Layer(Conv2d(2, 3, 4, padding: Padding.Same), 2, 2, 9, 11),
            ["Conv2dReflected"] = () => Layer(Conv2d(2, 3, 3, padding: 1, padding_mode: PaddingModes.Reflect), 2, 2, 9, 9),
            ["Conv2dOfFewWeights"] = () => Sparse(Conv2d(4, 6, 5), 2, 4, 14, 13),
            ["Conv3d"] = () => Layer(Conv3d(2, 3, (2, 3, 2), stride: (1, 2, 1)), 2, 2, 5, 7, 9),
            ["ConvTranspose2d"] = () => Layer(ConvTranspose2d(4, 3, 3, stride: 2, padding: 1, output_padding: 1), 2, 4, 5, 6),
            ["ConvTranspose2dOfGroups"] = () => Layer(ConvTranspose2d(4, 6, 3, groups: 2), 2, 4, 8, 8),
            ["ConvTranspose1d"] = () => Layer(ConvTranspose1d(3, 2, 4, stride: 3, dilation: 2), 2, 3, 6),
            ["BatchNorm2d"] = () => Layer(Normed(BatchNorm2d(4)), 3, 4, 5, 3),
            ["BatchNorm1d"] = () => Layer(Normed(BatchNorm1d(6)), 3, 6),
            ["LayerNorm"] = () => Layer(LayerNorm([5, 3]), 3, 2, 5, 3),
            ["GroupNorm"] = () => Layer(GroupNorm(2, 6), 3, 6, 5, 3),
            ["InstanceNorm2d"] = () => Layer(InstanceNorm2d(3, affine: true), 3, 3, 5, 7),
            ["PReLU"] = () => Layer(PReLU(4), 3, 4, 5),
            ["MaxPool2d"] = () => Op(new Pooling(PoolingKind.Maximum, [3, 2], [2, 2], [1, 0], [1, 1]), 2, 3, 9, 11),
            ["MaxPool2dCeil"] = () => Op(new Pooling(PoolingKind.Maximum, [3, 3], [2, 2], [0, 0], [1, 1], CeilMode: true), 2, 3, 8, 10),
            ["MaxPool1dDilated"] = () => Op(new Pooling(PoolingKind.Maximum, [3], [2], [1], [2]), 2, 3, 17),
            ["AvgPool2d"] = () => Op(new Pooling(PoolingKind.Average, [3, 2], [2, 2], [1, 1], []), 2, 3, 9, 11),
            ["AvgPool2dWithoutPadding"] = () =>
                Op(new Pooling(PoolingKind.Average, [3, 3], [2, 2], [1, 1], [], CountIncludesPadding: false), 2, 3, 9, 11),
            ["AvgPool2dDivided"] = () => Op(new Pooling(PoolingKind.Average, [2, 2], [2, 2], [0, 0], [], Divisor: 3), 2, 3, 8, 6),
            ["AvgPool3d"] = () => Op(new Pooling(PoolingKind.Average, [2, 2, 2], [2, 1, 2], [0, 0, 0], []), 2, 2, 5, 4, 6),
            ["AdaptiveAvgPool2d"] = () => Op(new Pooling(PoolingKind.AdaptiveAverage, [3, 4], [], [], []), 2, 3, 7, 9),
            ["AdaptiveMaxPool1d"] = () => Op(new Pooling(PoolingKind.AdaptiveMaximum, [4], [], [], []), 2, 3, 8),
            ["GlobalPool"] = () => Op(new Pooling(PoolingKind.AdaptiveAverage, [1, 1], [], [], []), 2, 3, 7, 9),
            ["Softmax"] = () => Op(new GraphSoftmax(1, false), 3, 5, 4),
            ["LogSoftmax"] = () => Op(new GraphSoftmax(-1, true), 3, 5),
            ["Flatten"] = () => Op(new Flattening(1, -1), 3, 5, 4),
            ["View"] = () => Made((g, x) => g.Apply(new Reshaping([new SizeOfValue(x, 0), -1, 2]), "view", x), 3, 5, 4),
            ["Permute"] = () => Op(new Permutation([0, 3, 1, 2]), 3, 5, 4, 2),
            ["Transpose"] = () => Op(new Transposition(1, -1), 3, 5, 4),
            ["Mean"] = () => Op(new GraphReduction(ReductionKind.Mean, [-1, 1], false), 3, 5, 4, 2),
            ["Sum"] = () => Op(new GraphReduction(ReductionKind.Sum, [2], true), 3, 5, 4),
            ["Smallest"] = () => Op(new GraphReduction(ReductionKind.Minimum, [1], false), 3, 5, 4),
            ["Largest"] = () => Op(new GraphReduction(ReductionKind.Maximum, [-1], false), 3, 5, 4),
            ["Nearest"] = () => Op(new Resizing(ResizingMode.Nearest, [], [2, 2], false), 2, 3, 5, 4),
            ["Bilinear"] = () => Op(new Resizing(ResizingMode.Linear, [9L, 7L], [], false), 2, 3, 5, 4),
            ["BilinearAligned"] = () => Op(new Resizing(ResizingMode.Linear, [9L, 7L], [], true), 2, 3, 5, 4),
            ["PixelShuffle"] = () => Op(new PixelShuffling(2), 2, 8, 3, 5),
            ["PadConstant"] = () => Op(new GraphPadding([1, 2, 3, 0], PaddingModes.Constant, 0.5), 2, 3, 5, 4),
            ["PadReflect"] = () => Op(new GraphPadding([2, 1], PaddingModes.Reflect, 0), 2, 3, 5),
            ["Narrow"] = () => Op(new Narrowing(1, -3, 2), 2, 5, 4),
            ["Select"] = () => Op(new Selection(1, -1), 3, 5, 4),
            ["CausalAttention"] = () => Made((g, x) => g.Apply(new AttentionProduct(true), "attention", x, x, x), 3, 5, 8),
            ["Products"] = () => Made((g, x) => g.Apply(
                new MatrixProduct(), "matmul", x, g.Apply(new Transposition(-1, -2), "t", x)), 3, 2, 5, 4),
            ["Chunks"] = () => Made((g, x) =>
            {
                var parts = g.ApplyMany(new Chunking(3, 1), "chunk", x);
                return g.Apply(
                    new Concatenation(1), "cat", parts[2], g.Apply(new Arithmetic(ArithmeticKind.Multiply), "*", parts[0], parts[1]));
            }, 3, 6, 5),
            ["Stack"] = () => Made((g, x) => g.Apply(new Stacking(1), "stack", x, x), 3, 5),
            ["Residual"] = () => Made((g, x) => g.Apply(new Arithmetic(ArithmeticKind.Add), "+", x, g.Apply(
                new Arithmetic(ArithmeticKind.Multiply), "*", x, g.Number(0.25))), 3, 5, 4),
            ["Broadcast"] = () => Made((g, x) => g.Apply(new Arithmetic(ArithmeticKind.Subtract), "-", x, g.Constant(
                rand([5, 1], dtype: ScalarType.Float32, device: CPU), "c")), 3, 5, 4),
            ["OneMinus"] = () => Made((g, x) => g.Apply(new Arithmetic(ArithmeticKind.Subtract), "-", g.Number(1), x), 3, 5),
            ["Lstm"] = () => Layer(LSTM(5, 7, batchFirst: true), 3, 6, 5),
            ["LstmBothWays"] = () => Layer(LSTM(5, 18, numLayers: 2, bidirectional: true, batchFirst: true), 2, 6, 5),
            ["Gru"] = () => Layer(GRU(5, 7, batchFirst: true), 3, 6, 5),
            ["GruBothWays"] = () => Layer(GRU(4, 6, numLayers: 2, bidirectional: true, batchFirst: true), 3, 5, 4),
            ["Attention"] = Attention,
            ["Embedding"] = () => (
                Of(Sequential(Embedding(11, 6), Linear(6, 3))),
                randint(0, 11, new long[] { 3, 5 }, dtype: ScalarType.Int64, device: CPU)),
            ["BilinearLayer"] = () =>
            {
                var layer = Bilinear(4, 3, 5);
                layer.eval();
                return Made((g, x) => g.ApplyMany(new Splitting([4, 3], 1), "split", x) is var parts
                    ? g.Call(layer, "bilinear", parts[0], parts[1])
                    : x, 3, 7);
            },
        };
        foreach (var kind in Enum.GetValues<ActivationKind>())
            cases[$"Activation{kind}"] = () =>
            {
                var (graph, x) = Op(
                    kind switch
                    {
                        ActivationKind.Clamp => new Activation(kind, -0.3, 0.4),
                        ActivationKind.Softplus => new Activation(kind, 1.5, 20),
                        _ => new Activation(kind, 0.3),
                    },
                    3, 37);
                return (graph, kind is ActivationKind.Logarithm or ActivationKind.SquareRoot ? x.abs() + 0.1
                    : kind == ActivationKind.Reciprocal ? x + 1.5 : x * 4);
            };
        return cases;
    }

    private static Tensor Some(params long[] shape) => rand(shape, dtype: ScalarType.Float32, device: CPU) * 2 - 1;

    private static (NetworkGraph, Tensor) Attention()
    {
        var layer = MultiheadAttention(12, 3);
        layer.eval();
        var graph = new GraphBuilder(null, "Case");
        var x = graph.Input("x");
        var turned = graph.Apply(new Transposition(0, 1), "transpose", x);
        var y = graph.CallMany(layer, "attention", turned, turned, turned)[0];
        return (graph.Build(graph.Apply(new Transposition(0, 1), "transpose", y)), Some(3, 5, 12));
    }

    private static (NetworkGraph, Tensor) Sparse(nn.Module module, params long[] shape)
    {
        var made = Layer(module, shape);
        using var _ = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
            if (name == "weight")
                parameter.mul_(rand_like(parameter, dtype: ScalarType.Float32, device: CPU).lt(0.1));
        return made;
    }

    private static TorchSharp.Modules.NormBase Normed(TorchSharp.Modules.NormBase layer)
    {
        using var _ = no_grad();
        init.uniform_(layer.running_mean!, -1, 1);
        init.uniform_(layer.running_var!, 0.5, 2);
        return layer;
    }
}
