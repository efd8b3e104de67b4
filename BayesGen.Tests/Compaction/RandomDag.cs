using BayesGen.Structure;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Compaction;

/// <summary>A network of random operations in float64 that says its graph by hand.</summary>
internal class RandomDag : Module<Tensor, Tensor>
{
    private readonly List<(string Kind, int[] Inputs, nn.Module? Module)> _steps = [];
    private readonly Random _random;
    private int _layers;

    static RandomDag() => FollowedNetworks.Register<RandomDag>((graph, network, inputs) => [network.Describe(graph, inputs[0])]);

    public RandomDag(int seed)
        : base(nameof(RandomDag))
    {
        _random = new(seed);
        manual_seed(seed);
        Shape = [3, _random.Next(6, 10), _random.Next(6, 10)];
        var shapes = new List<long[]> { Shape };
        var nodes = _random.Next(3, 13);
        while (_steps.Count < nodes)
            Grow(shapes);
        Finish(shapes);
        foreach (var parameter in parameters())
            parameter.requires_grad = false;
        eval();
    }

    /// <summary>The shape of one example.</summary>
    public long[] Shape { get; }

    public override Tensor forward(Tensor input)
    {
        var values = new List<Tensor> { input };
        foreach (var (kind, inputs, module) in _steps)
        {
            var x = values[inputs[0]];
            values.Add(kind switch
            {
                "call" => ((Module<Tensor, Tensor>)module!).call(x),
                "relu" => x.relu(),
                "tanh" => x.tanh(),
                "sigmoid" => x.sigmoid(),
                "gelu" => functional.gelu(x),
                "max" => functional.max_pool2d(x, 2, padding: 1),
                "avg" => functional.avg_pool2d(x, 2, stride: 1),
                "avgpad" => functional.avg_pool2d(x, 3, stride: 1, padding: 1),
                "add" => x + values[inputs[1]],
                "mul" => x * values[inputs[1]],
                "cat" => cat([x, values[inputs[1]]], 1),
                "halves" => x.chunk(2, 1) is var halves ? halves[0] + halves[1] : x,
                "mean" => x.mean([2, 3]),
                _ => x.flatten(1),
            });
        }

        return values[^1];
    }

    private GraphValue Describe(GraphBuilder graph, GraphValue input)
    {
        var values = new List<GraphValue> { input };
        foreach (var (kind, inputs, module) in _steps)
        {
            var x = values[inputs[0]];
            values.Add(kind switch
            {
                "call" => graph.Call(module!, kind, x),
                "relu" => graph.Apply(new Activation(ActivationKind.Relu), kind, x),
                "tanh" => graph.Apply(new Activation(ActivationKind.Tanh), kind, x),
                "sigmoid" => graph.Apply(new Activation(ActivationKind.Sigmoid), kind, x),
                "gelu" => graph.Apply(new Activation(ActivationKind.Gelu), kind, x),
                "max" => graph.Apply(new Pooling(PoolingKind.Maximum, [2, 2], [2, 2], [1, 1], [1, 1]), kind, x),
                "avg" => graph.Apply(new Pooling(PoolingKind.Average, [2, 2], [1, 1], [0, 0], []), kind, x),
                "avgpad" => graph.Apply(new Pooling(PoolingKind.Average, [3, 3], [1, 1], [1, 1], []), kind, x),
                "add" => graph.Apply(new Arithmetic(ArithmeticKind.Add), kind, x, values[inputs[1]]),
                "mul" => graph.Apply(new Arithmetic(ArithmeticKind.Multiply), kind, x, values[inputs[1]]),
                "cat" => graph.Apply(new Concatenation(1), kind, x, values[inputs[1]]),
                "halves" => graph.ApplyMany(new Chunking(2, 1), kind, x) is var halves
                    ? graph.Apply(new Arithmetic(ArithmeticKind.Add), kind, halves[0], halves[1]) : x,
                "mean" => graph.Apply(new GraphReduction(ReductionKind.Mean, [2, 3], false), kind, x),
                _ => graph.Apply(new Flattening(1, -1), kind, x),
            });
        }

        return values[^1];
    }

    private void Grow(List<long[]> shapes)
    {
        // Late values more often, so that the network is deep.
        var at = Math.Max(_random.Next(shapes.Count), _random.Next(shapes.Count));
        var shape = shapes[at];
        var kinds = (string[])["conv", "conv", "conv", "grouped", "norm", "norm", "relu", "tanh", "sigmoid", "gelu", "max", "avg",
            "avgpad", "add", "add", "mul", "cat", "halves"];
        var kind = kinds[_random.Next(kinds.Length)];
        var partners = Enumerable.Range(0, shapes.Count).Where(other => other != at && (kind == "cat"
            ? shapes[other][1] == shape[1] && shapes[other][2] == shape[2] : shapes[other].SequenceEqual(shape))).ToList();
        switch (kind)
        {
            case "conv" or "grouped":
                var (kernel, padding) = _random.Next(3) switch { 0 => (1, 0), 1 => (3, 1), _ => (2, 0) };
                if (shape[1] <= kernel || shape[2] <= kernel)
                    return;
                var groups = kind == "conv" ? 1 : _random.Next(2) == 0 ? shape[0] : shape[0] % 2 == 0 ? 2 : 1;
                var outputs = groups == 1 ? _random.Next(2, 9) : groups * _random.Next(1, 3);
                Add(shapes, "call", [outputs, shape[1] + (2 * padding) - kernel + 1, shape[2] + (2 * padding) - kernel + 1], [at],
                    Masked(Conv2d(shape[0], outputs, kernel, padding: padding, groups: groups, bias: _random.Next(4) > 0,
                        dtype: float64)));
                break;
            case "norm":
                var norm = BatchNorm2d(shape[0], dtype: float64);
                using (no_grad())
                {
                    norm.weight!.normal_();
                    norm.bias!.normal_();
                    norm.running_mean!.normal_();
                    norm.running_var!.uniform_(0.5, 2);
                }

                Add(shapes, "call", shape, [at], norm);
                break;
            case "max":
                Add(shapes, kind, [shape[0], ((shape[1] + 2 - 2) / 2) + 1, ((shape[2] + 2 - 2) / 2) + 1], [at]);
                break;
            case "avg":
                if (shape[1] > 2 && shape[2] > 2)
                    Add(shapes, kind, [shape[0], shape[1] - 1, shape[2] - 1], [at]);
                break;
            case "add" or "mul" or "cat":
                if (partners.Count == 0)
                    return;
                var partner = partners[_random.Next(partners.Count)];
                Add(shapes, kind, kind == "cat" ? [shape[0] + shapes[partner][0], shape[1], shape[2]] : shape, [at, partner]);
                break;
            case "halves":
                if (shape[0] % 2 == 0)
                    Add(shapes, kind, [shape[0] / 2, shape[1], shape[2]], [at]);
                break;
            default:
                Add(shapes, kind, shape, [at]);
                break;
        }
    }

    private void Finish(List<long[]> shapes)
    {
        var last = shapes[^1];
        var isMean = _random.Next(2) == 0;
        Add(shapes, isMean ? "mean" : "flatten", [isMean ? last[0] : last[0] * last[1] * last[2]], [shapes.Count - 1]);
        Add(shapes, "call", [7], [shapes.Count - 1], Masked(Linear(shapes[^1][0], 7, dtype: float64)));
        Add(shapes, "relu", [7], [shapes.Count - 1]);
        Add(shapes, "call", [3], [shapes.Count - 1], Linear(7, 3, dtype: float64));
    }

    private void Add(List<long[]> shapes, string kind, long[] shape, int[] inputs, nn.Module? module = null)
    {
        _steps.Add((kind, inputs, module));
        shapes.Add(shape);
        if (module is not null)
            register_module($"layer{_layers++}", module);
    }

    /// <summary>Random rows and columns at zero, and some of the biases.</summary>
    private nn.Module Masked(nn.Module layer)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weight = layer.get_parameter("weight")!;
        var rows = rand(weight.size(0), dtype: float64).lt(0.4);
        weight.masked_fill_(rows.reshape([-1, .. weight.shape[1..].Select(_ => 1L)]), 0);
        weight.masked_fill_(rand(weight.size(1), dtype: float64).lt(0.2).reshape([1, -1, .. weight.shape[2..].Select(_ => 1L)]), 0);
        layer.get_parameter("bias")?.masked_fill_(rand(weight.size(0), dtype: float64).lt(0.3), 0);
        return layer;
    }
}

/// <summary>The same networks, of which nothing is known but what running them shows.</summary>
internal sealed class UnreadDag(int seed) : RandomDag(seed);
