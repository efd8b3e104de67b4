using BayesGen.Compression;
using BayesGen.Export;
using BayesGen.Prediction;

namespace BayesGen.Tests.Export;

public sealed class ExportModelTests : IDisposable
{
    private const double Rounding = 1e-5;
    private readonly BayesianExportedClassifier _model = new(new ExportedClassifier());
    private readonly Tensor _x = rand([5, 1, 10, 10], dtype: ScalarType.Float32, device: CPU);
    private readonly TemporaryFolder _folder = new();

    public ExportModelTests() => _model.eval();

    private string Path(string name) => System.IO.Path.Combine(_folder.Root, name);

    public void Dispose()
    {
        _model.Dispose();
        _x.Dispose();
        _folder.Dispose();
    }

    [Fact, Trait("Lane", "Slow")]
    public void DrawsInAFileSayOtherwiseThanPredict()
    {
        var expected = _model.Predict(_x, 6, new PredictionOptions { Seed = 3 });
        var options = new CSharpOptions { ClassName = "Sure", Samples = 6, Seed = 3 };
        using var text = new StringWriter();
        _model.ToCSharp(text, _x, options);
        var (probabilities, entropy, information) = (new float[15], new float[5], new float[5]);
        EmittedProgram.Compile(text.ToString()).Predict<EmittedProgram.ClassAnswer>("Sure")(Pixels(), probabilities, entropy, information);
        Same(expected, probabilities, entropy, information);

        _model.ToOnnx(Path("sure.onnx"), _x, new OnnxOptions { Samples = 6, Seed = 3 });
        var answers = OnnxRun.Of(Path("sure.onnx"), _x);
        Same(expected, answers["probabilities"], answers["entropy"], answers["mutual_information"]);
    }

    [Theory, Trait("Lane", "Slow")]
    [InlineData(false)]
    [InlineData(true)]
    public void DrawsOfARegressionHaveAnotherVarianceThanPredict(bool isLearned)
    {
        using var model = new BayesianExportedRegressor(new ExportedRegressor());
        model.eval();
        using var x = rand([5, 2], dtype: ScalarType.Float32, device: CPU);
        var noise = (isLearned ? GaussianNoise.Learned : GaussianNoise.Fixed(0.3)).Scaled(1.5);
        var expected = model.Predict(x, noise, 6, new PredictionOptions { Seed = 3 });
        using var text = new StringWriter();
        model.ToCSharp(text, x, new CSharpOptions { ClassName = "Curve", Samples = 6, Seed = 3, Noise = noise });
        var count = isLearned ? 2 : 4;
        var (mean, variance) = (new float[5 * count], new float[5 * count]);
        EmittedProgram.Compile(text.ToString()).Predict<EmittedProgram.RegressionAnswer>("Curve")(
            x.data<float>().ToArray(), mean, variance);
        model.ToOnnx(Path("curve.onnx"), x, new OnnxOptions { Samples = 6, Seed = 3, Noise = noise });
        var answers = OnnxRun.Of(Path("curve.onnx"), x);
        Close([.. expected.Mean.SelectMany(row => row)], mean);
        Close([.. expected.Variance.SelectMany(row => row)], variance);
        Close([.. expected.Mean.SelectMany(row => row)], answers["mean"]);
        Close([.. expected.Variance.SelectMany(row => row)], answers["variance"]);
    }

    [Fact, Trait("Lane", "Slow")]
    public void RoundedWeightsAnswerAlikeInLessSpace()
    {
        var sizes = new List<long>();
        var files = new List<string>();
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            using var text = new StringWriter();
            sizes.Add(_model.ToCSharp(text, _x, new CSharpOptions { ClassName = $"As{format}", Format = format }).Bytes);
            files.Add(text.ToString());
        }

        Assert.True(sizes[1] < sizes[0] && sizes[2] < sizes[0], string.Join(", ", sizes));
        var program = EmittedProgram.Compile(files);
        var exact = program.Run("AsFloat32", _x, 15);
        Assert.All(["AsInt8", "AsBits"], name =>
            Assert.All(exact.Zip(program.Run(name, _x, 15)), pair => Assert.InRange(pair.First - pair.Second, -0.05, 0.05)));
    }

    [Fact, Trait("Lane", "Slow")]
    public void ACallAllocatesOrThreadsMixTheirNumbers()
    {
        using var text = new StringWriter();
        var report = _model.ToCSharp(text, _x, new CSharpOptions { ClassName = "Fast" });
        Assert.Contains($"SHA-256 {report.Hash}", text.ToString());
        Assert.InRange(report.MaxDifference, 0, Rounding);
        var predict = EmittedProgram.Compile(text.ToString()).Predict<EmittedProgram.Answer>("Fast");
        var pixels = Pixels();
        var expected = new float[15];
        predict(pixels, expected);

        var answer = new float[15];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            predict(pixels, answer);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        Parallel.For(0, 200, _ =>
        {
            var mine = new float[15];
            predict(pixels, mine);
            Assert.Equal(expected, mine);
        });
        Assert.Throws<ArgumentException>(() => predict(new float[99], new float[3]));
        Assert.Throws<ArgumentException>(() => predict(new float[100], new float[2]));
    }

    [Fact]
    public void ARefusedExportLeavesAFile()
    {
        Assert.Contains("cannot take a batch of shape [2, 1, 7, 7]", Assert.Throws<ArgumentException>(
            () => _model.ToCSharp(Path("a.cs"), zeros([2, 1, 7, 7], dtype: ScalarType.Float32, device: CPU))).Message);
        var differs = Assert.Throws<InvalidOperationException>(
            () => _model.ToCSharp(Path("a.cs"), _x, new CSharpOptions { Format = WeightFormat.Int8, Tolerance = 1e-9 }));
        Assert.Contains("in Torch and", differs.Message);
        Assert.Contains("no name of C#", Assert.Throws<ArgumentException>(
            () => _model.ToCSharp(Path("a.cs"), _x, new CSharpOptions { ClassName = "two words" })).Message);
        _model.train();
        Assert.Contains("training mode", Assert.Throws<InvalidOperationException>(() => _model.ToCSharp(Path("a.cs"), _x)).Message);
        Assert.Contains("training mode", Assert.Throws<InvalidOperationException>(() => _model.ToOnnx(Path("a.onnx"), _x)).Message);
        _model.eval();
        Assert.Throws<DirectoryNotFoundException>(() => _model.ToCSharp(Path("none/a.cs"), _x));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void AFileThatExistsIsReplacedUnasked()
    {
        File.WriteAllText(Path("mine.cs"), "mine");
        Assert.Contains("exists", Assert.Throws<IOException>(() => _model.ToCSharp(Path("mine.cs"), _x)).Message);
        Assert.Contains("exists", Assert.Throws<IOException>(() => _model.ToOnnx(Path("mine.cs"), _x)).Message);
        Assert.Equal("mine", File.ReadAllText(Path("mine.cs")));
        _model.ToCSharp(Path("mine.cs"), _x, new CSharpOptions { Overwrite = true });
        Assert.Contains("class ExportedClassifier", File.ReadAllText(Path("mine.cs")));
    }

    private float[] Pixels() => _x.data<float>().ToArray();

    private static void Same(ClassPrediction expected, float[] probabilities, float[] entropy, float[] information)
    {
        Close([.. expected.Probabilities.SelectMany(row => row)], probabilities);
        Close([.. expected.Entropy], entropy);
        Close([.. expected.MutualInformation], information);
    }

    private static void Close(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.First - pair.Second, -Rounding, Rounding));
    }
}
