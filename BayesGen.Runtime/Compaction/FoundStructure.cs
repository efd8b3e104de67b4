using System.Runtime.InteropServices;
using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>The units of a network, and how they were found.</summary>
/// <param name="Units">The units.</param>
/// <param name="Macs">Counts multiplications and additions for one example, for the layers as they are when it is called.</param>
/// <param name="Graph">What was read of the source of forward; null where it did not tell.</param>
/// <param name="Unread">Why the source of forward did not tell; null where it did.</param>
internal sealed record FoundStructure(UnitStructure Units, Func<long> Macs, NetworkGraph? Graph, string? Unread)
{
    /// <summary>
    /// Takes what the generator read of the source of forward; where it cannot be followed, runs the network with NaN in its units.
    /// </summary>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="example">Inputs.</param>
    /// <param name="expected">What the network gives for them.</param>
    /// <param name="tolerance">How far the graph may be from that, as a part of the largest output.</param>
    /// <param name="share">Whether one constant channel may stand for others.</param>
    /// <exception cref="NotSupportedException">Neither finds them; the message says why.</exception>
    public static FoundStructure Of(
        nn.Module network, Tensor example, IReadOnlyList<Tensor> expected, double tolerance, bool share)
    {
        string unread;
        try
        {
            var graph = GraphReader.Read(network);
            GraphCheck.Require(graph, example, expected, tolerance);
            var shapes = GraphRun.Shapes(graph, [example]);
            var ran = graph.Nodes.Select(node => node.Operation).OfType<LayerCall>().Select(call => call.Module);
            var kept = TrainingReads.Of(network, example, [.. ran], isAllKnown: true);
            return new(
                UnitAnalysis.Of(graph, shapes, share, kept), () => Count(graph, GraphRun.Shapes(graph, [example])), graph, null);
        }
        catch (Exception unfollowed) when (unfollowed is NotSupportedException or InvalidOperationException)
        {
            unread = unfollowed.Message;
        }

        try
        {
            return UnitProbe.Map(network, example, (map, layers) =>
            {
                var uses = layers.Where(layer => layer.Kind is not (UnitLayerKind.Embedding or UnitLayerKind.Other)
                    && layer.HasUnits).Select(layer => (layer.Module, Positions: layer.Calls.Sum(call => call.Positions))).ToList();
                var kept = TrainingReads.Of(network, example, [.. layers.Select(layer => layer.Module)], isAllKnown: false);
                return new FoundStructure(
                    ProbedUnits.Of(map, layers, share, kept),
                    () => uses.Sum(use => use.Positions * LayerNumbers.WeightOf(use.Module).numel()),
                    null,
                    unread);
            });
        }
        catch (Exception unprobed) when (unprobed is NotSupportedException or ArgumentException or ExternalException)
        {
            throw new NotSupportedException($"{unread} Nor can its units be found by running it: {unprobed.Message}", unprobed);
        }
    }

    private static long Count(NetworkGraph graph, IReadOnlyDictionary<GraphValue, long[]> shapes) => graph.Nodes
        .Where(node => node.Operation is LayerCall { Module: Linear or Convolution })
        .Sum(node =>
        {
            var (module, output) = (((LayerCall)node.Operation).Module, shapes[new(node.Id)]);
            var weight = LayerNumbers.WeightOf(module).shape;
            var isTransposed = module is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d;
            var positions = isTransposed ? shapes[node.Inputs[0]] : output;
            var batch = Math.Max(1, output[0]);
            return positions.Aggregate(1L, (all, size) => all * size) / batch * weight[1..].Aggregate(1L, (all, size) => all * size);
        });
}
