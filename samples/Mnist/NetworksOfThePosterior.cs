using BayesGen;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistSample;

/// <summary>The posterior is a distribution of networks: any of them can be taken out and used without BayesGen.</summary>
public static class NetworksOfThePosterior
{
    public static void Take()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianOneLayerClassifier(new OneLayerClassifier());
        var distribution = model.Distribution(() => new OneLayerClassifier());

        // Pruning the distribution leaves the model alone. Nothing has been learned yet, so nothing looks superfluous yet.
        var kept = distribution.Prune(1.9);
        using OneLayerClassifier network = distribution.Map();
        Console.WriteLine($"pruned at 1.9: {kept.Kept:N0} of {kept.BayesianWeights:N0} weights kept");

        var weight = network.get_parameter("conv1.weight")!;
        Console.WriteLine($"conv1.weight of the plain network: [{string.Join(", ", weight.shape)}], the first filter:");
        for (var row = 0; row < 3; row++)
            Console.WriteLine("  " + string.Join("  ", weight[0, 0, row].data<float>().Select(value => $"{value,6:F3}")));

        Console.WriteLine("the state of the model: " + string.Join(", ", model.state_dict().Keys.Take(5)) + ", ...");

        // A draw is a network too. While it is alive, model and network inside give the same answer: nothing is copied.
        var nothing = zeros(1, 1, 28, 28);
        using var _ = no_grad();
        using var draw = model.Draw();
        var same = model.call(nothing).allclose(model.Network.call(nothing));
        Console.WriteLine($"under a draw, model and wrapped network agree: {same}");
    }
}
