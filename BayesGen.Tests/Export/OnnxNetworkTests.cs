using BayesGen.Export;
using BayesGen.Prediction;
using BayesGen.Tests.Compaction;
using TorchSharp.Modules;

namespace BayesGen.Tests.Export;

/// <summary>Whole networks in OnnxRuntime: those of the samples, and known architectures.</summary>
public sealed class OnnxNetworkTests
{
    private const double Rounding = 1e-5;

    private static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor>> Make, Func<Tensor> Example)> Networks = new()
    {
        ["samples/Mnist"] = (() => new MnistSample.Classifier(), Images),
        ["samples/Mnist, one layer"] = (() => new MnistSample.OneLayerClassifier(), Images),
        ["samples/Compress"] = (() => new CompressSample.DigitNetwork(), Images),
        ["samples/Uncertainty"] = (() => new UncertaintySample.LeNet5(10), Images),
        ["samples/Regression"] = (() => new RegressionSample.CurveNetwork(), () => randn(3, 1)),
        ["samples/Imbalanced"] = (() => new ImbalancedSample.FraudNetwork(), () => randn(3, ImbalancedSample.Payments.Columns)),
        ["samples/Distributed, dense"] = (() => new DistributedSample.GaussianDense(), Images),
        ["samples/Distributed, convolutional"] = (() => new DistributedSample.LogUniformConvolutional(), Images),
        ["samples/Distributed, classifier"] = (() => new DistributedSample.GroupArdClassifier(), Images),
        ["samples/Distributed, recurrent"] = (() => new DistributedSample.GaussianRecurrent(), Images),
        ["ResNet-18"] = (() => new GraphResNet18(), () => rand(2, 3, 64, 64)),
        ["U-Net"] = (() => new GraphUNet(), () => rand(3, 1, 16, 16)),
        ["a block of a transformer"] = (() => new GraphTransformer(), () => randn(3, 7, 6)),
        ["a tagger by LSTM"] = (() => new GraphTagger(), () => randint(30, [3, 6], dtype: int64)),
    };

    public static TheoryData<string> Names => [.. Networks.Keys];

    [Theory, Trait("Lane", "Slow"), MemberData(nameof(Names))]
    public void ANetworkInOnnxAnswersOtherwiseThanTorch(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        manual_seed(5);
        using var network = Networks[name].Make();
        foreach (var norm in network.modules().OfType<BatchNorm2d>())
        {
            norm.running_mean!.normal_();
            norm.running_var!.uniform_(0.5, 2);
            norm.weight!.uniform_(0.5, 1.5);
            norm.bias!.normal_();
        }

        network.eval();
        using var folder = new TemporaryFolder();
        var (path, x) = (Path.Combine(folder.Root, "network.onnx"), Networks[name].Example());
        network.PlainGraph().ToOnnx(path, x);
        foreach (var count in new[] { x.size(0), 1 })
        {
            var some = x.narrow(0, 0, count);
            var expected = network.call(some).contiguous().data<float>().ToArray();
            var actual = OnnxRun.Of(path, some)["output"];
            Assert.Equal(expected.Length, actual.Length);
            var scale = Math.Max(1, expected.Max(Math.Abs));
            Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Rounding * scale));
        }
    }

    /// <summary>A recurrent network and one with fields that are called as outputs of a file are.</summary>
    [Fact, Trait("Lane", "Slow")]
    public void DrawsOfAFieldCalledOutputAreTakenForTheOutput()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianNamesakes(new Namesakes());
        model.eval();
        var x = randn(5, 4);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "names.onnx");
        var expected = model.Predict(x, 8, new PredictionOptions { Seed = 4 });
        model.ToOnnx(path, x, new OnnxOptions { Samples = 8, Seed = 4 });
        var answers = OnnxRun.Of(path, x);
        Close([.. expected.Probabilities.SelectMany(row => row)], answers["probabilities"]);
        Close([.. expected.Entropy], answers["entropy"]);
        Close([.. expected.MutualInformation], answers["mutual_information"]);

        path = Path.Combine(folder.Root, "mean.onnx");
        model.ToOnnx(path, x);
        using var _ = no_grad();
        Close([.. model.call(x).data<float>().Select(number => (double)number)], OnnxRun.Of(path, x)["output"]);
    }

    /// <summary>The learned noise is the same for each example, and is repeated for as many as the file is given.</summary>
    [Fact]
    public void LearnedNoiseOfDrawsIsLostInOnnx()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var model = new RegressionSample.BayesianCurveNetwork(new RegressionSample.CurveNetwork());
        model.eval();
        var x = randn(5, 1);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "curve.onnx");
        model.ToOnnx(path, x, new OnnxOptions { Samples = 8, Seed = 4, Noise = GaussianNoise.Learned });
        var answers = OnnxRun.Of(path, x);
        var expected = model.Predict(x, GaussianNoise.Learned, 8, new PredictionOptions { Seed = 4 });
        Close([.. expected.Mean.SelectMany(row => row)], answers["mean"]);
        Close([.. expected.Variance.SelectMany(row => row)], answers["variance"]);
        Assert.Single(OnnxRun.Of(path, x.narrow(0, 0, 1))["mean"]);
    }

    private static Tensor Images() => rand(3, 1, 28, 28);

    private static void Close(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.First - pair.Second, -Rounding, Rounding));
    }
}

/// <summary>Parameters and layers with the names that a file gives to its own inputs and outputs.</summary>
[Bayesian(Family.Gaussian)]
public sealed class Namesakes : nn.Module<Tensor, Tensor>
{
    private readonly Parameter input = new(randn(4));
    private readonly Parameter output = new(randn(3));
    private readonly Parameter mean = new(randn(4));
    private readonly Parameter entropy = new(randn(3));
    private readonly Linear probabilities = nn.Linear(4, 3);

    public Namesakes() : base(nameof(Namesakes)) => RegisterComponents();

    public override Tensor forward(Tensor x) => probabilities.call((x * input) + mean) * output + entropy;
}
