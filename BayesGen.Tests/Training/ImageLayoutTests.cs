using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

public class ImageLayoutTests
{
    [Fact]
    public void TheNetworkGetsImagesWithTheChannelsLastAndTheSameNumbers()
    {
        using var scope = NewDisposeScope();
        foreach (var channels in new[] { 1, 3 })
        {
            var (seen, _) = Train(new ImageReader(channels), channels, channelsLast: null);
            // The first is the trial of the plain layout.
            Assert.All(seen.Skip(1), strides => Assert.Equal([8L * 8 * channels, 1, 8L * channels, channels], strides));
        }
    }

    [Fact]
    public void BothLayoutsTrainTheSameNetwork()
    {
        using var scope = NewDisposeScope();
        foreach (var channels in new[] { 1, 3 })
        {
            var last = Train(new ImageReader(channels), channels, channelsLast: true).State;
            var first = Train(new ImageReader(channels), channels, channelsLast: false).State;
            foreach (var (key, tensor) in last)
                Assert.True(allclose(tensor, first[key], rtol: 1e-3, atol: 1e-5), key);
        }
    }

    [Fact]
    public void ANetworkThatAsksForContiguousMemoryGetsIt()
    {
        using var scope = NewDisposeScope();
        var (seen, state) = Train(new ImageReader(3, view: true), 3, channelsLast: null);
        var (_, plain) = Train(new ImageReader(3, view: true), 3, channelsLast: false);
        Assert.All(seen.Skip(2), strides => Assert.Equal([8L * 8 * 3, 64, 8, 1], strides));
        foreach (var (key, tensor) in state)
            Assert.True(TensorBits.Same(tensor, plain[key]), key);
    }

    [Fact]
    public void TheTrialLeavesModesAndStatisticsAlone()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianImageReader(new ImageReader(3));
        model.train();
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, ExampleCount = 4 });
        trainer.Evaluate(
            new[] { (rand([4, 3, 8, 8], dtype: ScalarType.Float32, device: CPU), zeros([4], dtype: ScalarType.Int64, device: CPU)) });
        Assert.True(model.training);
        Assert.All(
            model.Arena.StateTensors().Single(entry => entry.Key == "norm.running_mean").Value.data<float>().ToArray(),
            value => Assert.Equal(0f, value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void APredictorLaysImagesOutForItsNetworksAsWell(bool view)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianImageReader(new ImageReader(3, view));
        var readers = new List<ImageReader>();
        using var predictor = model.CreatePredictor(
            () =>
            {
                readers.Add(new ImageReader(3, view));
                return readers[^1];
            },
            samples: 3);
        var x = rand([5, 3, 8, 8], dtype: ScalarType.Float32, device: CPU);
        var prediction = predictor.Predict(x);
        Assert.All(readers, reader => Assert.Equal(view ? [8L * 8 * 3, 64, 8, 1] : [8L * 8 * 3, 1, 8L * 3, 3], reader.Seen[^1]));

        var expected = model.Predict(x, 3).Probabilities;
        foreach (var (one, other) in prediction.Probabilities.Zip(expected))
            Assert.All(one.Zip(other), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void PredictionsLayImagesOutAsTheyAreTold()
    {
        using var scope = NewDisposeScope();
        var plain = new ImageReader(3);
        using var model = new BayesianImageReader(plain);
        var x = rand([5, 3, 8, 8], dtype: ScalarType.Float32, device: CPU);
        model.Predict(x, 2, new PredictionOptions { ChannelsLast = false });
        Assert.All(plain.Seen, strides => Assert.Equal([8L * 8 * 3, 64, 8, 1], strides));

        var readers = new List<ImageReader>();
        using var predictor = model.CreatePredictor(
            () =>
            {
                readers.Add(new ImageReader(3));
                return readers[^1];
            },
            samples: 2,
            channelsLast: false);
        predictor.Predict(x);
        Assert.All(readers, reader => Assert.Equal([8L * 8 * 3, 64, 8, 1], Assert.Single(reader.Seen)));
    }

    private static (List<long[]> Seen, Dictionary<string, Tensor> State) Train(ImageReader plain, int channels, bool? channelsLast)
    {
        random.manual_seed(1);
        foreach (var parameter in plain.parameters())
            using (no_grad())
                parameter.copy_(randn(parameter.shape, dtype: ScalarType.Float32, device: CPU) * 0.2);
        var inputs = rand([6, channels, 8, 8], dtype: ScalarType.Float32, device: CPU);
        var targets = randint(3, [6], dtype: ScalarType.Int64, device: CPU);
        using var model = new BayesianImageReader(plain);
        // Plain gradient descent: Adam would make a step of full length out of a gradient that is zero but for rounding.
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 4,
            Seed = 3,
            ChannelsLast = channelsLast,
            Optimizer = (parameters, _) => new FlatSgd(parameters, 0.1),
        });
        trainer.Train(new[] { (inputs, targets) });
        return (plain.Seen, model.Arena.StateTensors().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone()));
    }
}

/// <summary>Remembers how the images that it got lay in memory.</summary>
[Bayesian(Gaussian)]
public sealed class ImageReader : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d norm = BatchNorm2d(4);
    private readonly Linear head = Linear(4 * 3 * 3, 3);
    private readonly bool _view;

    public ImageReader(int channels, bool view = false) : base(nameof(ImageReader))
    {
        conv = Conv2d(channels, 4, 3);
        _view = view;
        RegisterComponents();
    }

    public List<long[]> Seen { get; } = [];

    public override Tensor forward(Tensor x)
    {
        Seen.Add(x.stride());
        x = functional.max_pool2d(norm.call(conv.call(x)), 2);
        return head.call(_view ? x.view(x.shape[0], -1) : x.flatten(1));
    }
}
