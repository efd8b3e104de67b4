using System.Runtime.CompilerServices;

namespace BayesGen.Execution;

/// <summary>
/// Lays images out with the channels last before a plain network sees them, where the network takes that: whoever calls it need not know.
/// </summary>
/// <remarks>
/// Torch's pooling on the CPU takes several times as long over the other layout, which hides most of what smaller layers save. Images of
/// one channel are not even copied.
/// </remarks>
internal sealed class LaidOutImages
{
    private static readonly ConditionalWeakTable<nn.Module, LaidOutImages> Known = new();

    private readonly Lock _trial = new();
    private readonly ImageLayout _layout;

    /// <summary>What this thread was given in place of an input, to be disposed once forward has run.</summary>
    [ThreadStatic]
    private static Tensor? _laid;

    private LaidOutImages(nn.Module<Tensor, Tensor> network)
    {
        // forward itself: call would come back here. Hooks of the network's layers run all the same.
        _layout = new(network, () => new EvaluationMode(network), network.forward, isWanted: null);
        network.register_forward_pre_hook((_, images) => Before(images));
        network.register_forward_hook((_, images, output) => After(images, output));
    }

    /// <summary>Has a network lay its images out from now on; does nothing for one that takes no tensor or that does so already.</summary>
    public static void For(nn.Module network)
    {
        if (network is nn.Module<Tensor, Tensor> images)
            Known.GetValue(network, _ => new LaidOutImages(images));
    }

    private Tensor Before(Tensor images)
    {
        Tensor laid;
        lock (_trial)
            laid = _layout.Of(images);
        if (!ReferenceEquals(laid, images))
            _laid = laid;
        return laid;
    }

    private static Tensor After(Tensor images, Tensor output)
    {
        if (_laid is { } laid && ReferenceEquals(laid, images))
        {
            _laid = null;
            if (!ReferenceEquals(laid, output))
                laid.Dispose();
        }

        return output;
    }
}
