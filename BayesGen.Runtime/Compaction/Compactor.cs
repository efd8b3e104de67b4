using System.Diagnostics;
using BayesGen.Execution;
using BayesGen.Structure;

namespace BayesGen.Compaction;

/// <summary>Takes the units of a plain network away that change no output.</summary>
internal static class Compactor
{
    /// <summary>The part of the largest output by which outputs may differ: rounding of float64 through many layers.</summary>
    private const double Tolerance = 1e-10;

    /// <summary>How many forwards are measured.</summary>
    private const int Measured = 5;

    /// <summary>Makes a network small in place.</summary>
    /// <param name="network">The plain network, whose pruned weights are zero. It is in evaluation mode afterward.</param>
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
        var dtypes = network.parameters().Where(parameter => parameter.is_floating_point()).Select(parameter => parameter.dtype);
        if (dtypes.Distinct().Count() > 1)
            throw new NotSupportedException(
                $"The parameters of {network.GetName()} have several dtypes; a compact network has one. Move it by to(ScalarType.Float32) first.");
        network.eval();
        Run(network, example, NoExample).ToList().ForEach(output => output.Dispose());
        var dtype = network.parameters().FirstOrDefault(parameter => parameter.is_floating_point())?.dtype ?? ScalarType.Float32;
        var time = Time(network, example);
        var bytes = BytesOf(network);

        // In float64, where rounding hides nothing: kernels of float32 differ by size, and the weights that stay come back bit for bit.
        network.to(ScalarType.Float64);
        CompactReport report;
        IReadOnlyList<LayerCut> cuts;
        try
        {
            (report, cuts) = CompactExactly(network, example.is_floating_point() ? example.to(ScalarType.Float64) : example, share);
        }
        finally
        {
            network.to(dtype);

            // What native layers hold would end with the scope.
            foreach (var tensor in network.parameters().Cast<Tensor>().Concat(network.buffers()))
                tensor.DetachFromDisposeScope();
        }

        LaidOutImages.For(network);
        return (report with { Bytes = (bytes, BytesOf(network)), Milliseconds = (time, Time(network, example)) }, cuts);
    }

    private static (CompactReport Report, IReadOnlyList<LayerCut> Cuts) CompactExactly(
        nn.Module network, Tensor example, bool share)
    {
        var expected = Run(network, example, NoExample);
        var found = FoundStructure.Of(network, example, expected, Tolerance, share);
        var units = found.Units;
        var layers = units.Layers.Select(layer => (Layer: layer, Weights: CountOf(layer.Module))).ToList();
        var (weights, macs) = (CountOf(network), found.Macs());
        var before = new List<LayerTensors>();
        var cuts = new List<LayerCut>();
        double difference, scale;
        try
        {
            foreach (var (layer, _) in layers.Where(pair => LayerRemoval.Changes(pair.Layer, units.Stays)))
            {
                before.Add(new LayerTensors(layer.Module));
                cuts.Add(LayerRemoval.Apply(layer, units.Stays)!);
            }

            var outputs = Run(network, example, "The forward does not run at the small sizes: it names a size that pruning changed");
            (difference, scale) = Compare(network, expected, outputs);
        }
        catch
        {
            before.ForEach(layer => layer.PutBack());
            throw;
        }

        return (new(
            [
                .. layers.Select(pair => new CompactLayer(
                    pair.Layer.Key,
                    (pair.Layer.Outputs.Length, pair.Layer.Outputs.Count(units.Stays)),
                    (pair.Weights, CountOf(pair.Layer.Module)))),
            ],
            (weights, CountOf(network)),
            (macs, found.Macs()),
            (0, 0),
            (0, 0),
            difference,
            scale,
            [.. units.Kept.Select(kept => $"'{kept.Source}': {kept.Why}").Distinct()])
        {
            Unread = found.Unread,
        }, cuts);
    }

    private const string NoExample = "The network cannot run on the example; give one of the shape and type that its forward takes";

    private static IReadOnlyList<Tensor> Run(nn.Module network, Tensor example, string otherwise)
    {
        try
        {
            return UnitProbe.Forward(network, example);
        }
        catch (Exception fault) when (fault is System.Runtime.InteropServices.ExternalException or ArgumentException)
        {
            throw new NotSupportedException($"{otherwise}: {fault.Message.Split('\n')[0]}", fault);
        }
    }

    /// <summary>The largest difference; more of it than rounding gives is refused.</summary>
    private static (double Difference, double Scale) Compare(
        nn.Module network, IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> outputs)
    {
        var (difference, scale) = (0.0, 0.0);
        foreach (var (wanted, got) in expected.Zip(outputs))
        {
            if (!wanted.shape.SequenceEqual(got.shape))
                throw new InvalidOperationException(
                    $"The small {network.GetName()} puts out [{string.Join(", ", got.shape)}] "
                    + $"instead of [{string.Join(", ", wanted.shape)}]; "
                    + "its units were misread. The network is as it was.");
            scale = Math.Max(scale, wanted.abs().max().to(ScalarType.Float64).item<double>());
            difference = Math.Max(difference, wanted.Subtract(got).abs().max().to(ScalarType.Float64).item<double>());
        }

        return difference <= Tolerance * Math.Max(scale, 1e-30)
            ? (difference, scale)
            : throw new InvalidOperationException(FormattableString.Invariant(
                $"The outputs of the small {network.GetName()} differ by {difference} ")
                + FormattableString.Invariant($"from those of the pruned one, which are up to {scale}: ")
                + FormattableString.Invariant(
                    $"the first is {First(outputs)} instead of {First(expected)}. The network is as it was."));
    }

    private static double First(IReadOnlyList<Tensor> outputs) => outputs[0].flatten()[0].to(ScalarType.Float64).item<double>();

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
            UnitProbe.Forward(network, example);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return times.Skip(1).Order().ElementAt(Measured / 2);
    }
}
