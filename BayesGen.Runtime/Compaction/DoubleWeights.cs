using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>The weights of a network in float64 for as long as it lives; afterward they are the very tensors that they were.</summary>
/// <remarks>
/// The graph of the network runs on them, never its forward: that may hold a tensor of a type of its own, and where native code has no
/// guard for such a pair, as in <c>matmul</c>, the process ends.
/// </remarks>
internal sealed class DoubleWeights : IDisposable
{
    private readonly List<(Tensor Own, Tensor Spare)> _exchanged = [];

    private DoubleWeights()
    {
    }

    /// <summary>Null where something in the graph has a type that it keeps.</summary>
    /// <param name="network">The network.</param>
    /// <param name="graph">Its graph.</param>
    public static DoubleWeights? Of(nn.Module network, NetworkGraph graph)
    {
        foreach (var node in graph.Nodes)
            if (node.Operation is LayerCall
                { Module: not (Linear or Convolution or Bilinear or NormBase or LayerNorm or GroupNorm or PReLU) })
                return null;
        var weights = new DoubleWeights();
        try
        {
            weights.Widen(network);
            foreach (var node in graph.Nodes)
                if (node.Operation is GraphConstant { Value: var value } && value.dtype != ScalarType.Float64)
                {
                    weights.Dispose();
                    return null;
                }

            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var (own, spare) in _exchanged)
        {
            NativeTensors.Exchange(own, spare);
            spare.Dispose();
        }

        _exchanged.Clear();
    }

    private void Widen(nn.Module network)
    {
        var all = network.parameters().Cast<Tensor>().Concat(network.buffers())
            .Distinct((IEqualityComparer<Tensor>)ReferenceEqualityComparer.Instance)
            .Where(tensor => tensor.is_floating_point() && tensor.dtype != ScalarType.Float64);
        foreach (var own in all.ToList())
        {
            var wide = own.detach().to(ScalarType.Float64).DetachFromDisposeScope();
            var spare = own is Parameter parameter ? new Parameter(wide, parameter.requires_grad) : wide;
            spare.DetachFromDisposeScope();
            NativeTensors.Exchange(own, spare);
            _exchanged.Add((own, spare));
        }
    }
}
