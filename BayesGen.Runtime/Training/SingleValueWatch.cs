using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>
/// While it lives, a batch normalization that is to learn the variance of one value refuses, as in PyTorch. TorchSharp computes NaN and
/// keeps it in the running variance forever.
/// </summary>
internal sealed class SingleValueWatch : IDisposable
{
    private readonly List<Action> _removals = [];

    /// <param name="network">The network to watch.</param>
    public SingleValueWatch(nn.Module network)
    {
        foreach (var module in network.modules().Prepend(network))
            if (module is BatchNorm1d or BatchNorm2d or BatchNorm3d)
            {
                var hook = ((nn.Module<Tensor, Tensor>)module).register_forward_pre_hook(Look);
                _removals.Add(hook.remove);
            }
    }

    public void Dispose()
    {
        foreach (var remove in _removals)
            remove();
    }

    private static Tensor Look(nn.Module<Tensor, Tensor> layer, Tensor input) =>
        layer.training && input.dim() > 1 && input.numel() == input.size(1) ? throw new SingleValueException(layer.GetName()) : input;
}

/// <summary>A batch normalization was given one value of each channel.</summary>
/// <param name="layer">Its kind.</param>
internal sealed class SingleValueException(string layer)
    : InvalidOperationException($"{layer} was given one value of each channel, which has no variance.")
{
    /// <summary>The kind of the layer.</summary>
    public string Layer { get; } = layer;

    /// <summary>What to say where a part of a batch is one example.</summary>
    /// <param name="least">The smallest size of parts that leaves none over.</param>
    public InvalidOperationException InPart(int least) => new(
        $"A part of the batch is one example, of which {Layer} cannot learn the variance. Set TrainerOptions.MicroBatchSize to at least "
        + $"{least}, or put the layer into evaluation mode: its statistics then stay.");

    /// <summary>What to say where every batch is one example.</summary>
    public static InvalidOperationException InEveryBatch() => new(
        "Every batch is one example, and the network has a batch normalization, which cannot learn the variance of one value. Set a batch "
        + "size of at least 2, or put the layer into evaluation mode: its statistics then stay.");
}
