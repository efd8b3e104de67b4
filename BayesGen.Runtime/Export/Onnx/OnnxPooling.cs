using BayesGen.Structure;
using static BayesGen.Export.OnnxGraph;

namespace BayesGen.Export;

/// <summary>Pooling in ONNX: adaptive pooling as pooling where windows are equal, else window by window.</summary>
internal static class OnnxPooling
{
    public static string Add(OnnxGraph graph, PoolStep step, string x)
    {
        var pooling = step.Pooling;
        return pooling.Kind is PoolingKind.AdaptiveAverage or PoolingKind.AdaptiveMaximum
            ? Adaptive(graph, step, x)
            : pooling.Kind == PoolingKind.Maximum ? Maximum(graph, step, x) : Average(graph, step, x);
    }

    private static string Maximum(OnnxGraph graph, PoolStep step, string x) => graph.Node(
        "MaxPool", [x], [.. Windows(step), OnnxAttribute("dilations", step.Pooling.Dilation.Select(n => (int)n))]);

    private static string Average(OnnxGraph graph, PoolStep step, string x)
    {
        var pooling = step.Pooling;
        if (pooling.CeilMode)
            throw new NotSupportedException(
                $"'{step.Source}': average pooling whose last window reaches over the end has no exact counterpart in ONNX. Pad the input, or "
                + "turn ceil_mode off.");
        if (pooling.Divisor is not { } divisor)
            return graph.Node(
                "AveragePool", [x], [.. Windows(step), OnnxAttribute("count_include_pad", pooling.CountIncludesPadding ? 1 : 0)]);
        var size = pooling.Kernel.Aggregate(1L, (all, length) => all * length);
        var mean = graph.Node("AveragePool", [x], [.. Windows(step), OnnxAttribute("count_include_pad", 1)]);
        return graph.Node("Mul", [mean, graph.Float((double)size / divisor)]);
    }

    private static IEnumerable<ProtoMessage> Windows(PoolStep step)
    {
        int[] pads = [.. step.Pooling.Padding.Select(n => (int)n)];
        yield return OnnxAttribute("kernel_shape", step.Pooling.Kernel.Select(n => (int)n));
        yield return OnnxAttribute("strides", step.Pooling.Stride.Select(n => (int)n));
        yield return OnnxAttribute("pads", pads.Concat(pads));
        yield return OnnxAttribute("ceil_mode", step.Pooling.CeilMode ? 1 : 0);
    }

    private static string Adaptive(OnnxGraph graph, PoolStep step, string x)
    {
        var isMaximum = step.Pooling.Kind == PoolingKind.AdaptiveMaximum;
        var rank = step.Pooling.Kernel.Count;
        int[] from = step.Input.Shape[^rank..], to = step.Output.Shape[^rank..];
        var reduce = isMaximum ? "ReduceMax" : "ReduceMean";
        if (to.All(size => size == 1))
            return graph.Node(reduce, [x], OnnxAttribute("axes", Enumerable.Range(-rank, rank)), OnnxAttribute("keepdims", 1));
        if (from.Zip(to, (n, m) => n % m).All(rest => rest == 0))
        {
            int[] kernel = [.. from.Zip(to, (n, m) => n / m)];
            return graph.Node(
                isMaximum ? "MaxPool" : "AveragePool", [x], OnnxAttribute("kernel_shape", kernel), OnnxAttribute("strides", kernel));
        }

        for (var axis = 0; axis < rank; axis++)
        {
            var (n, m, place) = (from[axis], to[axis], axis - rank);
            x = graph.Node("Concat", [.. Enumerable.Range(0, m).Select(i => graph.Node(
                reduce,
                [graph.Node("Slice", [x, graph.Longs(i * n / m), graph.Longs(((i + 1) * n + m - 1) / m), graph.Longs(place)])],
                OnnxAttribute("axes", [place]), OnnxAttribute("keepdims", 1)))], OnnxAttribute("axis", place));
        }

        return x;
    }
}
