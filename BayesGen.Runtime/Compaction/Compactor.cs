using System.Diagnostics;
using System.Runtime.InteropServices;
using BayesGen.Execution;
using BayesGen.Structure;

namespace BayesGen.Compaction;

/// <summary>Takes the units of a plain network away that change no output.</summary>
internal sealed class Compactor
{
    /// <summary>How many forwards are measured.</summary>
    private const int Measured = 5;

    private const string NoExample = "The network cannot run on the example; give one of the shape and type that its forward takes";
    private const string NoSmallRun = "The forward does not run at the small sizes: it names a size that pruning changed";

    private readonly nn.Module _network;
    private readonly Tensor _example;
    private readonly bool _share;
    private readonly ScalarType _type;
    private readonly IReadOnlyList<Tensor> _expected;
    private readonly FoundStructure _found;

    private Compactor(nn.Module network, Tensor example, bool share)
    {
        (_network, _example, _share) = (network, example, share);
        _type = network.parameters().FirstOrDefault(parameter => parameter.is_floating_point())?.dtype ?? ScalarType.Float32;
        _expected = Run(NoExample);
        if (_expected.Any(output => output.numel() == 0))
            throw new NotSupportedException(
                $"An output of {network.GetName()} is empty, so nothing shows whether a small network computes the same. "
                + "Give an example for which every output has numbers.");
        if (_expected.Any(output => !output.isfinite().all().item<bool>()))
            throw new NotSupportedException(
                $"{network.GetName()} does not answer the example with finite numbers, so nothing shows whether a small network "
                + "computes the same. Give another example, or look for weights that are not finite.");
        _found = FoundStructure.Of(network, example, _expected, OutputComparison.ToleranceOf(_type), share);
    }

    private UnitStructure Units => _found.Units;

    /// <summary>
    /// Makes a network small in place. It is in evaluation mode afterward; where nothing goes or it is refused, its parameters are the
    /// very ones that it had, in the mode that it had.
    /// </summary>
    /// <param name="network">The plain network, whose pruned weights are zero.</param>
    /// <param name="example">Inputs, with the batch as the first dimension.</param>
    /// <exception cref="NotSupportedException">Its forward cannot be followed, or runs no more at the small sizes.</exception>
    /// <exception cref="InvalidOperationException">The outputs of the small network differ.</exception>
    /// <param name="share">Whether one constant channel may stand for others, which changes weights that stay.</param>
    /// <returns>The report, and what was taken out of which layer.</returns>
    public static (CompactReport Report, IReadOnlyList<LayerCut> Cuts) Compact(nn.Module network, Tensor example, bool share)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (example.dim() == 0 || example.size(0) == 0)
            throw new ArgumentException("There is no example: its first dimension is the batch, and holds at least one.",
                nameof(example));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var types = network.parameters().Where(parameter => parameter.is_floating_point()).Select(parameter => parameter.dtype);
        if (types.Distinct().Count() > 1)
            throw new NotSupportedException(
                $"The parameters of {network.GetName()} have several dtypes; a compact network has one. "
                + "Move it by to(ScalarType.Float32) first.");
        var isCut = false;
        var mode = new EvaluationMode(network);
        try
        {
            var (time, bytes) = (Time(network, example), BytesOf(network));
            var (report, cuts) = new Compactor(network, example, share).Cut();
            isCut = cuts.Count > 0;
            LaidOutImages.For(network);
            return (report with { Bytes = (bytes, BytesOf(network)), Milliseconds = (time, Time(network, example)) }, cuts);
        }
        finally
        {
            if (!isCut)
                mode.Dispose();
        }
    }

    private (CompactReport Report, IReadOnlyList<LayerCut> Cuts) Cut()
    {
        var before = Units.Layers.Select(layer => (Layer: layer, Weights: CountOf(layer.Module))).ToList();
        var (weights, macs) = (CountOf(_network), _found.Macs());
        var small = Shrink();
        OutputComparison comparison;
        try
        {
            comparison = OutputComparison.Of(_network.GetName(), _type, _expected, Run(NoSmallRun));
            if (small.Cuts.Count > 0 && _found.Graph is { } graph && _type != ScalarType.Float64)
            {
                small.PutBack();
                comparison = CompareInFloat64(graph) ?? comparison;
                small = SmallLayers.Of(Units.Layers, Units.Stays);
            }
        }
        catch
        {
            small.PutBack();
            throw;
        }

        small.Keep();
        var after = before.Select(pair => new CompactLayer(
            pair.Layer.Key,
            (pair.Layer.Outputs.Length, pair.Layer.Outputs.Count(Units.Stays)),
            (pair.Weights, CountOf(pair.Layer.Module)))).ToList();
        return (new(
            after,
            (weights, CountOf(_network)),
            (macs, _found.Macs()),
            (0, 0),
            (0, 0),
            comparison.Difference,
            comparison.Scale,
            [.. Units.Kept.Select(kept => $"'{kept.Source}': {kept.Why}").Distinct()])
        {
            Unread = _found.Unread,
            ComparedIn = comparison.Type,
        }, small.Cuts);
    }

    /// <summary>
    /// Takes the units out. Where forward does not run then, it or a parameter of the network itself has the number of some layer's units:
    /// those stay, and the report says so.
    /// </summary>
    private SmallLayers Shrink()
    {
        var small = SmallLayers.Of(Units.Layers, Units.Stays);
        if (small.Cuts.Count == 0 || Fault() is not { } fault)
            return small;
        small.PutBack();
        List<LayerUnits> stuck = [.. Units.Layers.Where(layer => !layer.Outputs.All(Units.Stays) && IsStuck(layer))];
        foreach (var layer in stuck)
            Units.Keep(layer.Module, $"the number of its units is named by forward, by a parameter or by a buffer: {fault}");
        Units.Settle(_share);
        return SmallLayers.Of(Units.Layers, Units.Stays);
    }

    private bool IsStuck(LayerUnits layer)
    {
        var own = layer.Outputs.Select(Units.Classes.Find).ToHashSet();
        var small = SmallLayers.Of(Units.Layers, unit => Units.Stays(unit) || !own.Contains(Units.Classes.Find(unit)));
        var isStuck = Fault() is not null;
        small.PutBack();
        return isStuck;
    }

    /// <summary>What forward says where it does not run; null where it does.</summary>
    private string? Fault()
    {
        try
        {
            Run(NoSmallRun);
            return null;
        }
        catch (NotSupportedException fault)
        {
            return fault.InnerException?.Message.Split('\n')[0] ?? fault.Message;
        }
    }

    /// <summary>
    /// In float64 rounding hides nothing, and kernels of float32 differ by size. The graph runs there; null where something in it has a
    /// type of its own.
    /// </summary>
    private OutputComparison? CompareInFloat64(NetworkGraph graph)
    {
        if (!_example.is_floating_point())
            return null;
        using var weights = DoubleWeights.Of(_network, graph);
        if (weights is null)
            return null;
        var example = _example.to(ScalarType.Float64);
        var expected = GraphRun.Outputs(graph, [example]);
        var small = SmallLayers.Of(Units.Layers, Units.Stays);
        try
        {
            return OutputComparison.Of(_network.GetName(), ScalarType.Float64, expected, GraphRun.Outputs(graph, [example]));
        }
        finally
        {
            small.PutBack();
        }
    }

    private IReadOnlyList<Tensor> Run(string otherwise) => Run(_network, _example, otherwise);

    private static IReadOnlyList<Tensor> Run(nn.Module network, Tensor example, string otherwise)
    {
        try
        {
            return UnitProbe.Forward(network, example);
        }
        catch (Exception fault) when (fault is ExternalException or ArgumentException)
        {
            throw new NotSupportedException($"{otherwise}: {fault.Message.Split('\n')[0]}", fault);
        }
    }

    private static long CountOf(nn.Module network) => network.parameters().Sum(parameter => parameter.numel());

    private static long BytesOf(nn.Module network) => network.parameters().Cast<Tensor>().Concat(network.buffers())
        .Sum(tensor => tensor.numel() * tensor.ElementSize);

    private static double Time(nn.Module network, Tensor example)
    {
        var times = new List<double>();
        for (var i = 0; i <= Measured; i++)
        {
            using var scope = NewDisposeScope();
            var watch = Stopwatch.StartNew();
            Run(network, example, NoExample);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return times.Skip(1).Order().ElementAt(Measured / 2);
    }
}
