using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>An LSTM answers alike whether gradients are on or off, which its kernel does not do by itself on every processor.</summary>
public sealed class LstmInferenceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    public void AnLstmAnswersTheSameWithAndWithoutGradients(int hidden)
    {
        random.manual_seed(hidden);
        using var scope = NewDisposeScope();
        using var model = new BayesianShortMemory(new ShortMemory(hidden));
        var x = randn(5, 7, 4);
        var trained = model.call(x).detach();
        Tensor evaluated;
        using (no_grad())
            evaluated = model.call(x);

        Assert.False(evaluated.requires_grad);
        Assert.InRange((trained - evaluated).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void GradientsAreOffAgainAfterTheLayer()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianShortMemory(new ShortMemory(8));
        using var off = no_grad();
        _ = model.call(randn(5, 7, 4));
        Assert.False(is_grad_enabled());
    }

    [Fact]
    public void MeasuringLeavesTheGlobalGeneratorAlone()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var expected = randn(3);
        random.manual_seed(1);
        LstmInference.IsWrong(inputs: 3, hidden: 5);
        Assert.Equal(expected.data<float>().ToArray(), randn(3).data<float>().ToArray());
    }
}

/// <summary>An LSTM of a size that the test chooses.</summary>
public sealed class ShortMemory : nn.Module<Tensor, Tensor>
{
    [Bayesian(Family.Gaussian)] private readonly LSTM lstm;

    public ShortMemory(int hidden) : base(nameof(ShortMemory))
    {
        lstm = nn.LSTM(4, hidden, batchFirst: true);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => lstm.call(x).Item1;
}
