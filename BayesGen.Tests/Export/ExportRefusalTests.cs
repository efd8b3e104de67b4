using BayesGen.Export;
using BayesGen.Prediction;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Export;

/// <summary>Exports that would answer otherwise than Torch, or would not compile, are refused and say why.</summary>
public sealed class ExportRefusalTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void AForwardThatMixesExamplesBecomesAFileThatDoesNot(int way)
    {
        var network = new MixedNetwork(way);
        network.eval();
        foreach (var count in new[] { 1, 3 })
        {
            Assert.Contains("depends on the other examples in its batch", Assert.Throws<NotSupportedException>(
                () => network.PlainGraph().ToCSharp(TextWriter.Null, randn(count, 4))).Message);
            if (way == 4)
                continue; // Scores of examples by examples are more than ONNX writes for any batch.
            var path = Path.Combine(_folder.Root, $"{count}.onnx");
            network.PlainGraph().ToOnnx(path, randn(count, 4));
            var x = randn(5, 4);
            Assert.All(network.call(x).contiguous().data<float>().ToArray().Zip(OnnxRun.Of(path, x)["output"]), pair =>
                Assert.InRange(pair.First - pair.Second, -1e-5, 1e-5));
        }
    }

    /// <summary>The example shows nothing: no number of it is clamped.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void AChangeInPlaceIsFollowedWrongly(int way)
    {
        using var _ = no_grad();
        var network = new ChangedNetwork(way);
        network.eval();
        foreach (var parameter in network.parameters())
            parameter.uniform_(0.001, 0.002);
        using var text = new StringWriter();
        if (way is 5 or 6)
        {
            Assert.Contains("shares memory with what", Assert.Throws<NotSupportedException>(
                () => network.PlainGraph().ToCSharp(text, rand(2, 4))).Message);
            return;
        }

        network.PlainGraph().ToCSharp(text, rand(2, 4), new CSharpOptions { ClassName = "Changed" });
        var x = randn(4, 4) * 1000;
        Assert.All(
            network.call(x).contiguous().data<float>().ToArray().Zip(EmittedProgram.Compile(text.ToString()).Run("Changed", x, 16)),
            pair => Assert.InRange(pair.First - pair.Second, -1e-4, 1e-4));
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void AWeightThatIsNoNumberIsWritten(float number, string name)
    {
        using var _ = no_grad();
        var network = new ExportedRegressor();
        network.eval();
        network.fc1.weight![3, 1] = number;
        var said = $"'fc1.weight' is {name} at [3, 1]";
        foreach (var format in new[] { WeightFormat.Float32, WeightFormat.Int8 })
            Assert.Contains(said, Assert.Throws<InvalidOperationException>(
                () => network.PlainGraph().ToCSharp(TextWriter.Null, rand(2, 2), new CSharpOptions { Format = format })).Message);
        Assert.Contains(said, Assert.Throws<InvalidOperationException>(
            () => network.PlainGraph().ToOnnx(Path.Combine(_folder.Root, "a.onnx"), rand(2, 2))).Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("Math")]
    [InlineData("System")]
    [InlineData("MemoryMarshal")]
    [InlineData("Unsafe")]
    [InlineData("Vector")]
    [InlineData("var")]
    [InlineData("ArgumentException")]
    [InlineData("_")]
    [InlineData("record")]
    public void AClassTakesANameThatItsFileUses(string name)
    {
        var network = new ExportedRegressor();
        network.eval();
        Assert.Contains($"'{name}'", Assert.Throws<ArgumentException>(() =>
            network.PlainGraph().ToCSharp(TextWriter.Null, rand(2, 2), new CSharpOptions { ClassName = name })).Message);
    }

    [Theory]
    [InlineData("Math", "Net")]
    [InlineData("N.System", "Net")]
    [InlineData("A.Vector", "Net")]
    [InlineData("A.MemoryMarshal.ArgumentException", "Net")]
    [InlineData("Exporté", "É")]
    public void AFileInANamespaceOfATypeDoesNotCompile(string space, string name)
    {
        var network = Sequential(Linear(4, 6), GELU(), Linear(6, 3), Softmax(1));
        network.eval();
        using var text = new StringWriter();
        network.PlainGraph().ToCSharp(text, rand(2, 4), new CSharpOptions { Namespace = space, ClassName = name });
        EmittedProgram.Compile(text.ToString());
    }

    [Fact]
    public void NoiseWithoutDrawsIsDroppedSilently()
    {
        var network = new ExportedRegressor();
        network.eval();
        Assert.Contains("Set Samples", Assert.Throws<ArgumentException>(() => network.PlainGraph().ToCSharp(
            TextWriter.Null, rand(2, 2), new CSharpOptions { Noise = GaussianNoise.Fixed(0.1) })).Message);
        using var model = new BayesianExportedRegressor(network);
        model.eval();
        Assert.Contains("Set Samples", Assert.Throws<ArgumentException>(() => model.ToOnnx(
            Path.Combine(_folder.Root, "a.onnx"), rand(2, 2), new OnnxOptions { Noise = GaussianNoise.Fixed(0.1) })).Message);
    }

    [Fact]
    public void WholeNumbersAreRefusedByTheTolerance()
    {
        var network = new ScaledNetwork();
        network.eval();
        var pixels = randint(255, [2, 4], dtype: int64);
        Assert.Contains("example.to(float32)", Assert.Throws<ArgumentException>(
            () => network.PlainGraph().ToCSharp(TextWriter.Null, pixels)).Message);
        Assert.Contains("example.to(float32)", Assert.Throws<ArgumentException>(
            () => network.PlainGraph().ToOnnx(Path.Combine(_folder.Root, "a.onnx"), pixels)).Message);
    }

    [Fact]
    public void TwoInputsAreRefusedWithoutSayingWhatToDo()
    {
        var network = new JoinedNetwork();
        network.eval();
        var message = Assert.Throws<NotSupportedException>(
            () => network.PlainGraph().ToCSharp(TextWriter.Null, rand(2, 4))).Message;
        Assert.Contains("takes 2 inputs", message);
        Assert.DoesNotContain("Parameter", message);
    }

    [Fact]
    public void AHardtanhIsExportedAsWhatTorchSharpDoesNotCompute()
    {
        using var x = tensor([-3f, 3f]);
        Assert.Equal([-3f, 3f], Hardtanh(-1, 1).call(x).data<float>().ToArray());
        var network = Sequential(Linear(4, 3), Hardtanh(-1, 1));
        Assert.Contains("returns its input", Assert.Throws<NotSupportedException>(() => network.PlainGraph()).Message);
    }

    [Fact]
    public void AFolderThatTakesNoFileIsNamedByAPart()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var network = new ExportedRegressor();
        network.eval();
        var fault = Assert.ThrowsAny<Exception>(() => network.PlainGraph().ToCSharp("/sys/net.cs", rand(2, 2)));
        Assert.True(fault is IOException or UnauthorizedAccessException, fault.ToString());
        Assert.Contains("/sys/net.cs", fault.Message);
        Assert.DoesNotContain(".partial", fault.Message);
    }
}
