using BayesGen.Compaction;
using TorchSharp.Modules;

namespace BayesGen.Tests.Compaction;

/// <summary>A compact network lays its images out itself, where its forward takes that.</summary>
public sealed class LaidOutImagesTests
{
    [Fact]
    public void ACompactNetworkRunsOnImagesWithTheChannelsFirst()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new PooledChannels();
        var images = rand(4, 3, 12, 12);
        var expected = network.call(images);
        Assert.False(network.IsChannelsLast(), "The plain network lays them out too: the test shows nothing.");
        network.CompactInPlace(images);
        var output = network.call(images);
        Assert.True(network.IsChannelsLast(), "The second convolution got its images with the channels first.");
        Rounding.AssertSame(expected, output);
        Assert.False(images.IsInvalid, "The caller's images are gone.");
        Assert.True(images.is_contiguous(), "The caller's images were moved.");
    }

    [Fact]
    public void ALoadedNetworkRunsOnImagesWithTheChannelsFirst()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var folder = new TemporaryFolder();
        using var network = new PooledChannels();
        var images = rand(4, 3, 12, 12);
        network.CompactInPlace(images);
        var path = Path.Combine(folder.Root, "small.safetensors");
        network.SaveCompact(path);
        using var loaded = CompactFile.LoadCompact(() => new PooledChannels(), path);
        Rounding.AssertSame(network.call(images), loaded.call(images));
        Assert.True(loaded.IsChannelsLast(), "The second convolution got its images with the channels first.");
    }

    [Fact]
    public void LaidOutImagesStayAliveAfterACall()
    {
        using var _ = no_grad();
        using var network = new PooledChannels();
        using var images = rand(4, 3, 12, 12);
        network.CompactInPlace(images);
        network.call(images).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++)
            network.call(images).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void ImagesThatEachHaveASizeOfTheirOwnAreTriedWithoutEnd()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new AnySize();
        network.CompactInPlace(rand(2, 3, 12, 12));
        var calls = 0;
        for (var width = 13; width < 80; width++)
        {
            calls = network.Calls;
            network.call(rand(1, 3, 12, width));
        }

        // Two forwards are the trial of a size.
        Assert.Equal(calls + 1, network.Calls);
        network.call(rand(1, 3, 12, 13));
        Assert.Equal(calls + 2, network.Calls);
    }

    [Fact]
    public void AForwardThatViewsItsInputFailsOnTheLayout()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new ViewedPixels();
        var images = rand(4, 3, 4, 4);
        var expected = network.call(images);
        network.CompactInPlace(images);
        Rounding.AssertSame(expected, network.call(images));
    }
}

/// <summary>Two convolutions, half of whose channels do nothing.</summary>
[Bayesian(Family.Gaussian)]
public sealed class PooledChannels : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = nn.Conv2d(3, 6, 3);
    private readonly Conv2d conv2 = nn.Conv2d(6, 4, 3);
    private readonly Linear head = nn.Linear(4 * 1 * 1, 2);
    private readonly List<bool> _seen = [];

    public PooledChannels() : base(nameof(PooledChannels))
    {
        RegisterComponents();
        conv1.weight!.narrow(0, 3, 3).detach().zero_();
        conv2.weight!.narrow(1, 3, 3).detach().zero_();
        conv2.register_forward_pre_hook((_, x) =>
        {
            _seen.Add(x.stride(1) == 1);
            return null!;
        });
        eval();
    }

    /// <summary>Whether the last call laid the channels last.</summary>
    public bool IsChannelsLast() => _seen[^1];

    public override Tensor forward(Tensor x)
    {
        using var first = conv1.call(x);
        using var pooled = nn.functional.max_pool2d(first, 2);
        using var second = conv2.call(pooled);
        using var small = nn.functional.max_pool2d(second, 3);
        using var flat = small.flatten(1);
        return head.call(flat);
    }
}

/// <summary>A convolution, half of whose channels do nothing, for images of any size.</summary>
[Bayesian(Family.Gaussian)]
public sealed class AnySize : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv = nn.Conv2d(3, 6, 3);
    private readonly Linear head = nn.Linear(6, 2);

    public AnySize() : base(nameof(AnySize))
    {
        RegisterComponents();
        conv.weight!.narrow(0, 3, 3).detach().zero_();
        conv.register_forward_pre_hook((_, x) =>
        {
            Calls++;
            return null!;
        });
        eval();
    }

    /// <summary>How often it ran.</summary>
    public int Calls { get; private set; }

    public override Tensor forward(Tensor x) => head.call(conv.call(x).mean([2, 3]));
}

/// <summary>A forward that asks for contiguous memory.</summary>
[Bayesian(Family.Gaussian)]
public sealed class ViewedPixels : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv = nn.Conv2d(1, 2, 3);
    private readonly Linear head = nn.Linear(2 * 10 * 2, 2);

    public ViewedPixels() : base(nameof(ViewedPixels))
    {
        RegisterComponents();
        conv.weight!.narrow(0, 1, 1).detach().zero_();
        eval();
    }

    public override Tensor forward(Tensor x) => head.call(conv.call(x.view(x.shape[0], 1, 12, 4)).flatten(1));
}
