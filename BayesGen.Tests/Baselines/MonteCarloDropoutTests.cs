using TorchSharp.Modules;

namespace BayesGen.Tests.Baselines;

/// <summary>Dropout that is on in predictions, and nothing else that is.</summary>
public sealed class MonteCarloDropoutTests
{
    /// <summary>
    /// Inverted dropout multiplies each input by a mask that is 0 or 1 / (1 - p), of variance p / (1 - p): so the answers of a linear layer
    /// have mean w x + b and variance sum_i (w_i x_i)^2 p / (1 - p).
    /// </summary>
    [Trait("Lane", "Slow")]
    [Fact]
    public void TheSpreadIsThatOfTheMasks()
    {
        const double Rate = 0.25;
        const int Samples = 20_000;
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var network = new DroppedLine(4, Rate);
        var x = randn(3, 4);
        var prediction = new MonteCarloDropout(network).Predict(x, GaussianNoise.Fixed(1), Samples);
        var terms = (x * network.Line.weight).square().sum(1) * (Rate / (1 - Rate));
        var mean = network.Line.call(x);
        for (var i = 0; i < 3; i++)
        {
            var variance = terms[i].item<float>();
            Assert.Equal(1, prediction.EpistemicVariance[i][0] / variance, 0.05);
            Assert.Equal(mean[i, 0].item<float>(), prediction.Mean[i][0], 5 * Math.Sqrt(variance / Samples));
        }
    }

    [Fact]
    public void EverythingElseIsInEvaluationModeAndIsPutBack()
    {
        using var scope = NewDisposeScope();
        using var network = new Dropped();
        network.train();
        network.Parts[3].eval();
        var before = Buffers(network);
        var x = randn(6, 3);
        random.manual_seed(4);
        var next = rand(1).item<float>();
        random.manual_seed(4);
        var seen = new List<(bool Norm, bool Dropout)>();
        using var hook = new HookOf(network, () => seen.Add((network.Parts[1].training, network.Parts[2].training)));
        var prediction = new MonteCarloDropout(network).Predict(x, samples: 5);
        Assert.Equal(5, seen.Count);
        Assert.All(seen, modes => Assert.Equal((false, true), modes));
        Assert.True(prediction.MutualInformation.Max() > 0);
        Assert.Equal([true, true, true, false], network.Parts.Select(part => part.training));
        Assert.True(network.training);
        Assert.Equal(next, rand(1).item<float>());
        Assert.All(before.Zip(Buffers(network)), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));
    }

    [Fact]
    public void TheSeedGivesTheMasks()
    {
        using var scope = NewDisposeScope();
        using var model = new DeterministicModel<Dropped>(new Dropped());
        model.eval();
        var dropout = new MonteCarloDropout(model);
        var x = randn(6, 3);
        var options = new PredictionOptions { Seed = 3 };
        Assert.Equal(
            dropout.Predict(x, options: options).Probabilities.SelectMany(row => row),
            dropout.Predict(x, options: options).Probabilities.SelectMany(row => row));
        Assert.NotEqual(
            dropout.Predict(x, options: options).Probabilities.SelectMany(row => row),
            dropout.Predict(x, options: options with { Seed = 4 }).Probabilities.SelectMany(row => row));
        Assert.False(model.training);
    }

    [Fact]
    public void ANetworkThatDropsNothingIsRefused()
    {
        using var line = new LaplaceLine(3, 2);
        Assert.Contains("LaplaceLine has no layer of dropout", Assert.Throws<ArgumentException>(() => new MonteCarloDropout(line)).Message);
        using var still = new DroppedLine(3, 0);
        Assert.Contains("rate 0", Assert.Throws<ArgumentException>(() => new MonteCarloDropout(still)).Message);
    }

    private static List<Tensor> Buffers(Dropped network) => [.. network.buffers().Select(buffer => buffer.clone())];

    private sealed class HookOf : IDisposable
    {
        private readonly Action _remove;

        public HookOf(Dropped network, Action run) => _remove = ((Linear)network.Parts[0]).register_forward_hook((_, _, output) =>
        {
            run();
            return output;
        }).remove;

        public void Dispose() => _remove();
    }
}
