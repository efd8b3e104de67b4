using BayesGen.Structure;
using BayesGen.Tests.Compaction;
using TorchSharp.Modules;

namespace BayesGen.Tests.Compaction;

/// <summary>The graph that the generator reads from forward computes what forward computes.</summary>
public sealed class NetworkGraphTests
{
    [Fact]
    public void LeNetsGraphComputesWhatItsForwardDoes() => AssertSame(new GraphLeNet(), rand(3, 1, 28, 28));

    [Fact]
    public void BlocksListsAndHelpersAreFollowed() => AssertSame(new GraphResNet(), rand(3, 1, 12, 12));

    [Fact]
    public void TheLayersHaveTheirKeys()
    {
        using var network = new GraphResNet();
        var keys = GraphReader.Read(network).Nodes.Select(node => node.Operation).OfType<LayerCall>().Select(layer => layer.Key);
        Assert.Equal(
            [
                "stem", "blocks.0.conv1", "blocks.0.bn1", "blocks.0.conv2", "blocks.0.bn2", "blocks.1.downsample", "blocks.1.conv1",
                "blocks.1.bn1", "blocks.1.conv2", "blocks.1.bn2", "side.0", "side.1", "head",
            ],
            keys);
    }

    private static void AssertSame(nn.Module<Tensor, Tensor> network, Tensor x)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        network.eval();
        var graph = GraphReader.Read(network);
        var expected = network.call(x);
        var output = GraphRun.Outputs(graph, [x])[0];
        Assert.True(output.allclose(expected), graph.ToString());
    }
}
