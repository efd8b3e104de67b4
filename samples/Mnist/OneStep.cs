using BayesGen;
using BayesGen.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace MnistSample;

/// <summary>One training step by hand: what the trainer does, for those who write their own loop.</summary>
public static class OneStep
{
    public static void Take(TensorDataSet train)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianOneLayerClassifier(new OneLayerClassifier());
        using var optimizer = optim.Adam(model.parameters(), lr: 1e-3);
        var loss = new ElboLoss();
        var (images, labels) = (train.Inputs[..100], train.Targets[..100]);

        // A draw writes one set of weights into the network, which computes with them until the draw is disposed.
        using var draw = model.Draw();
        var fit = cross_entropy(model.call(images), labels);
        var divergence = loss.Divergence(draw);

        // Lists, because a step may take several draws; here it is one of each.
        var terms = loss.Aggregate([fit], [divergence], beta: 0.1, examples: train.Count);

        optimizer.zero_grad();
        draw.Backward(terms.Total); // carries the gradients from the network's weights on to the posterior
        optimizer.step();

        Console.WriteLine(
            $"fit {terms.Fit.item<float>():F3} + beta 0.1 * KL {terms.Divergence.item<float>():F0} / N {train.Count:N0}"
            + $" = total {terms.Total.item<float>():F3}");
    }
}
