using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>What the fit losses do with targets of every shape and dtype: the right number or a sentence, never a broadcast.</summary>
public sealed class FitLossTests
{
    private static readonly FitLoss[] Elementwise = [FitLoss.SquaredError, FitLoss.Gaussian(0.7), FitLoss.BinaryCrossEntropy];

    [Fact]
    public void TargetsMayBeARowOrAColumn()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var (row, targets) = (randn(6, dtype: ScalarType.Float32, device: CPU), rand(6, dtype: ScalarType.Float32, device: CPU));
        var column = row.unsqueeze(1);
        foreach (var loss in Elementwise)
        {
            var expected = loss.Mean(row, targets).item<float>();
            Assert.Equal(expected, loss.Mean(column, targets).item<float>());
            Assert.Equal(expected, loss.Mean(row, targets.unsqueeze(1)).item<float>());
            Assert.Equal(expected, loss.Mean(column, targets.unsqueeze(1)).item<float>());
        }

        // And the number is that of the pairs, not of all with all.
        Assert.Equal((row - targets).square().mean().item<float>(), FitLoss.SquaredError.Mean(column, targets).item<float>(), 1e-5);
        var joined = cat([column, zeros_like(column)], 1);
        Assert.Equal(
            FitLoss.Gaussian(1).Mean(row, targets).item<float>(), FitLoss.LearnedGaussian.Mean(joined, targets).item<float>(), 1e-5);
    }

    [Theory]
    [InlineData(new long[] { 10, 2 }, new long[] { 10, 1 })]
    [InlineData(new long[] { 10, 2 }, new long[] { 10 })]
    [InlineData(new long[] { 10, 1 }, new long[] { 5 })]
    [InlineData(new long[] { 10 }, new long[] { 1 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 2 })]
    public void RefusesTargetsThatWouldBroadcast(long[] outputs, long[] targets)
    {
        using var scope = NewDisposeScope();
        var (output, target) = (
            zeros(outputs, dtype: ScalarType.Float32, device: CPU), zeros(targets, dtype: ScalarType.Float32, device: CPU));
        foreach (var loss in Elementwise)
            Assert.Contains(
                $"Outputs are [{string.Join(", ", outputs)}], targets [{string.Join(", ", targets)}]",
                Assert.Throws<ArgumentException>(() => loss.Mean(output, target)).Message);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    public void ConvertsTargetsToTheTypeOfTheOutputs(ScalarType type)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var whole = randint(0, 2, new long[] { 6, 1 }, dtype: ScalarType.Int64, device: CPU);
        foreach (var loss in (FitLoss[])[.. Elementwise, FitLoss.LearnedGaussian])
        {
            var output = randn(6, loss == FitLoss.LearnedGaussian ? 2 : 1, dtype: ScalarType.Float32, device: CPU).requires_grad_();
            var expected = loss.Mean(output, whole.to(ScalarType.Float32));
            var fit = loss.Mean(output, whole.to(type));
            Assert.Equal(ScalarType.Float32, fit.dtype);
            Assert.Equal(expected.item<float>(), fit.item<float>());
            fit.backward();
            Assert.True(output.grad!.abs().sum().item<float>() > 0);
        }
    }

    [Fact]
    public void CrossEntropyOfPositionsIsTheSumOverPositions()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var logits = randn([4, 5, 7], dtype: ScalarType.Float64, device: CPU);
        var classes = randint(0, 5, new long[] { 4, 7 }, dtype: ScalarType.Int64, device: CPU);
        var byHand = -logits.log_softmax(1).gather(1, classes.unsqueeze(1)).sum().item<double>() / 4;
        Assert.Equal(byHand, FitLoss.CrossEntropy.Mean(logits, classes).item<double>(), 1e-10);
    }

    /// <summary>An example without a label is one of the N that share the divergence, so it is one of the N of the fit.</summary>
    [Fact]
    public void AnIgnoredLabelAddsNothingAndCountsAsAnExample()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var logits = randn(4, 3, dtype: ScalarType.Float64, device: CPU);
        var classes = tensor(new long[] { 2, -100, 0, -100 }, [4], device: CPU);
        var labeled = functional.cross_entropy(logits[TensorIndex.Tensor(tensor(new long[] { 0, 2 }, [2], device: CPU))],
            tensor(new long[] { 2, 0 }, [2], device: CPU), reduction: Reduction.Sum);
        Assert.Equal(labeled.item<double>() / 4, FitLoss.CrossEntropy.Mean(logits, classes).item<double>(), 1e-12);
        Assert.Equal(0, FitLoss.CrossEntropy.Mean(logits, full_like(classes, -100)).item<double>());
    }

    [Fact]
    public void CrossEntropyOfClassesMatchesTorch()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var logits = randn(9, 4, dtype: ScalarType.Float64, device: CPU);
        var classes = randint(0, 4, new long[] { 9 }, dtype: ScalarType.Int64, device: CPU);
        var expected = functional.cross_entropy(logits, classes).item<double>();
        Assert.Equal(expected, FitLoss.CrossEntropy.Mean(logits, classes).item<double>(), 1e-12);
        Assert.Equal(expected, FitLoss.CrossEntropy.Mean(logits, classes.unsqueeze(1)).item<double>(), 1e-12);
        Assert.Equal(expected, FitLoss.CrossEntropy.Mean(logits, classes.to(ScalarType.Int32)).item<double>(), 1e-12);
        // One-hot targets are probabilities.
        Assert.Equal(expected, FitLoss.CrossEntropy.Mean(logits, functional.one_hot(classes, 4)).item<double>(), 1e-12);
    }

    [Fact]
    public void RefusesTargetsThatAreNotClasses()
    {
        using var scope = NewDisposeScope();
        var logits = zeros(4, 3, dtype: ScalarType.Float32, device: CPU);
        Refused("for a regression use FitLoss.Gaussian", logits, zeros(4, dtype: ScalarType.Float32, device: CPU));
        Refused("the class is the second dimension", zeros([4, 7, 3], dtype: ScalarType.Float32, device: CPU), Whole(4, 7));
        // The cross entropy of one class is 0 whatever the network says.
        Refused("FitLoss.BinaryCrossEntropy", zeros(4, 1, dtype: ScalarType.Float32, device: CPU), Whole(4));
        Refused("the first dimension of both is the example", logits, tensor(1L, device: CPU));

        static Tensor Whole(params long[] shape) => zeros(shape, dtype: ScalarType.Int64, device: CPU);

        static void Refused(string words, Tensor output, Tensor target) => Assert.Contains(
            words, Assert.Throws<ArgumentException>(() => FitLoss.CrossEntropy.Mean(output, target)).Message);
    }

    /// <summary>The log density of places is a sum as that of outputs is.</summary>
    [Fact]
    public void LearnedNoiseSupportsPositions()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        var output = randn([3, 2, 5], dtype: ScalarType.Float64, device: CPU);
        var targets = randn(3, 5, dtype: ScalarType.Float64, device: CPU);
        var deviation = (output.select(1, 1) * 0.5).exp();
        var density = -0.5 * ((targets - output.select(1, 0)) / deviation).square() - deviation.log() - 0.5 * Math.Log(2 * Math.PI);
        Assert.Equal(-density.sum().item<double>() / 3, FitLoss.LearnedGaussian.Mean(output, targets).item<double>(), 1e-10);
        Assert.Equal(-density.sum().item<double>() / 3, FitLoss.LearnedGaussian.Mean(output, targets.unsqueeze(1)).item<double>(), 1e-10);
    }
}
