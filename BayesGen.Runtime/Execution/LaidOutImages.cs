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
    /// <summary>
    /// How many sizes of images are tried. Each costs two forwards; where every image has a size of its own, the later ones are left as
    /// they come.
    /// </summary>
    private const int MostSizes = 64;

    private static readonly ConditionalWeakTable<nn.Module, LaidOutImages> Known = new();

    private readonly Lock _trial = new();

    /// <summary>For each size of images, since forward may take another way for it.</summary>
    private readonly Dictionary<(long Height, long Width), ImageLayout> _layouts = [];
    private readonly nn.Module<Tensor, Tensor> _network;

    /// <summary>What this thread was given in place of an input, to be disposed once forward has run.</summary>
    [ThreadStatic]
    private static Tensor? _laid;

    /// <summary>Whether the input that it stands for was contiguous, as the output is then.</summary>
    [ThreadStatic]
    private static bool _wasContiguous;

    private LaidOutImages(nn.Module<Tensor, Tensor> network)
    {
        _network = network;
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
            laid = LayoutFor(images)?.Of(images) ?? images;
        if (!ReferenceEquals(laid, images))
            (_laid, _wasContiguous) = (laid, images.is_contiguous());
        return laid;
    }

    private ImageLayout? LayoutFor(Tensor images)
    {
        var size = images.dim() == 4 ? (images.size(2), images.size(3)) : (0, 0);
        if (_layouts.TryGetValue(size, out var layout))
            return layout;
        if (_layouts.Count == MostSizes)
            return null;

        // forward itself: call would come back here. Hooks of the network's layers run all the same.
        return _layouts[size] = new(_network, () => new EvaluationMode(_network), _network.forward, isWanted: null);
    }

    private static Tensor After(Tensor images, Tensor output)
    {
        if (_laid is { } laid && ReferenceEquals(laid, images))
        {
            _laid = null;

            // Who calls the network views what it gives, as it may of the network that it knows.
            var given = _wasContiguous && !output.is_contiguous() ? output.contiguous() : output;
            if (!ReferenceEquals(laid, given))
                laid.Dispose();
            return given;
        }

        return output;
    }
}
