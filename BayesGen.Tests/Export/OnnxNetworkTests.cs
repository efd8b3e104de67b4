using BayesGen.Export;
using BayesGen.LastLayers;
using BayesGen.Parameters;
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
        ["samples/Distributed, recurrent by fields"] = (() => new DistributedSample.SparseDropoutRecurrent(), Images),
        ["samples/Forecast"] = (() => new ForecastSample.Forecaster(), Windows),
        ["samples/LastLayer"] = (() => new AnnotatedReader(), Images),
        ["samples/Serving"] = (() => new ServingSample.DigitNetwork(), () => rand(3, ServingSample.DigitNetwork.Pixels)),
        ["samples/Quickstart"] = (() => new global::Reader(), Images),
        ["samples/Tabular"] = (() => new TabularSample.TableNetwork(columns: 9), () => randn(3, 9)),
        ["indices and ranges"] = (() => new IndexedNetwork(), () => randn(3, 6, 5)),
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

    /// <summary>Draws of a recurrent layer run inside of a Scan, and a network that mixes estimators has draws of both.</summary>
    [Fact, Trait("Lane", "Slow")]
    public void DrawsOfASampleInOnnxSayOtherwiseThanPredict()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        ClassesAreThoseOf(new DistributedSample.BayesianSparseDropoutRecurrent(new DistributedSample.SparseDropoutRecurrent()), Images());
        ClassesAreThoseOf(new ServingSample.BayesianDigitNetwork(new ServingSample.DigitNetwork()), Images());
        ClassesAreThoseOf(new global::BayesianReader(new global::Reader()), Images());
    }

    /// <summary>Its forward is not read, since nothing of it is annotated; the message has the way out, which tests above take.</summary>
    [Fact]
    public void ANetworkWithoutAnnotationsIsRefusedWithoutAWayOut()
    {
        using var plain = new LastLayerSample.ConvolutionalReader();
        plain.eval();
        var refused = Assert.Throws<NotSupportedException>(() => plain.PlainGraph());
        Assert.Contains(
            "forward of ConvolutionalReader; where the class is yours, put [Bayesian(...)] on it", refused.Message,
            StringComparison.Ordinal);
    }

    /// <summary>What is fitted to a last layer is no posterior of the model, whose own draws would say nothing of the fit.</summary>
    [Fact]
    public void DrawsThatAreNotThoseOfTheFitAreWritten()
    {
        using var scope = NewDisposeScope();
        using var model = new LastLayerModel<AnnotatedReader>(new AnnotatedReader());
        model.eval();
        using var folder = new TemporaryFolder();
        var (path, x) = (Path.Combine(folder.Root, "last.onnx"), Images());
        var options = new OnnxOptions { Samples = 4 };
        var refused = Assert.Throws<NotSupportedException>(() => model.ToOnnx(path, x, options));
        Assert.Contains("Leave Samples at 0", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));

        model.ToOnnx(path, x);
        using var _ = no_grad();
        Close([.. model.Network.call(x).data<float>().Select(number => (double)number)], OnnxRun.Of(path, x)["output"]);
    }

    /// <summary>A network with fields that are called as outputs of a file are.</summary>
    [Fact, Trait("Lane", "Slow")]
    public void DrawsOfAFieldCalledOutputAreTakenForTheOutput()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianNamesakes(new Namesakes());
        var x = randn(5, 4);
        ClassesAreThoseOf(model, x);

        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "mean.onnx");
        model.ToOnnx(path, x);
        using var _ = no_grad();
        Close([.. model.call(x).data<float>().Select(number => (double)number)], OnnxRun.Of(path, x)["output"]);
    }

    /// <summary>
    /// The learned noise of a curve is the same for each example, and is repeated for as many as the file is given; that of a forecast
    /// is one for each example, behind an LSTM.
    /// </summary>
    [Fact]
    public void LearnedNoiseOfDrawsIsLostInOnnx()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        NumbersAreThoseOf(new RegressionSample.BayesianCurveNetwork(new RegressionSample.CurveNetwork()), randn(5, 1));
        NumbersAreThoseOf(new ForecastSample.BayesianForecaster(new ForecastSample.Forecaster()), Windows());
    }

    private static void ClassesAreThoseOf<TModel>(TModel model, Tensor x)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        model.eval();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "draws.onnx");
        model.ToOnnx(path, x, new OnnxOptions { Samples = 8, Seed = 4 });
        foreach (var count in new[] { x.size(0), 1 })
        {
            var some = x.narrow(0, 0, count);
            var expected = model.Predict(some, 8, new PredictionOptions { Seed = 4 });
            var answers = OnnxRun.Of(path, some);
            Close([.. expected.Probabilities.SelectMany(row => row)], answers["probabilities"]);
            Close([.. expected.Entropy], answers["entropy"]);
            Close([.. expected.MutualInformation], answers["mutual_information"]);
        }
    }

    private static void NumbersAreThoseOf<TModel>(TModel model, Tensor x)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        model.eval();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "draws.onnx");
        model.ToOnnx(path, x, new OnnxOptions { Samples = 8, Seed = 4, Noise = GaussianNoise.Learned });
        foreach (var count in new[] { x.size(0), 1 })
        {
            var some = x.narrow(0, 0, count);
            var expected = model.Predict(some, GaussianNoise.Learned, 8, new PredictionOptions { Seed = 4 });
            var answers = OnnxRun.Of(path, some);
            Close([.. expected.Mean.SelectMany(row => row)], answers["mean"]);
            Close([.. expected.Variance.SelectMany(row => row)], answers["variance"]);
        }
    }

    private static Tensor Images() => rand(3, 1, 28, 28);

    private static Tensor Windows() => randn(3, ForecastSample.Series.Window, 1);

    private static void Close(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.First - pair.Second, -Rounding, Rounding));
    }
}

/// <summary>
/// The network of samples/LastLayer, whose forward is read for this annotation; a <see cref="LastLayerModel{TNetwork}"/> does not ask it.
/// </summary>
[Bayesian(Family.Gaussian)]
public sealed class AnnotatedReader : LastLayerSample.ConvolutionalReader;

/// <summary>Parts of a tensor by indices of C#, from both ends, and one that says more than there is.</summary>
[Bayesian(Family.Gaussian)]
public sealed class IndexedNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Linear rows = nn.Linear(4, 3);

    public IndexedNetwork() : base(nameof(IndexedNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var middle = x[.., 1..^1, ..4];
        var last = x[.., 4..100, 0];
        return rows.call(middle[.., 2] + x[.., -1, 1..]) * last[.., ^1..] + middle[.., ^2.., 1].sum(1, keepdim: true);
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
