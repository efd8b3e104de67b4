using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>Numbers out of tensors and into operations, and that a step leaves none of them to the garbage collector.</summary>
[RunsIn(TestGroup.Alone)]
public class TensorNumbersTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    public void ReadsNumbersOfEveryDtypeAndLayout(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var row = tensor([-2.0, 0, 1, 7, 40], dtype: ScalarType.Float64, device: CPU).to(dtype);
        Assert.Equal([-2, 0, 1, 7, 40], row.Numbers());
        Assert.Equal([0, 7], row.slice(0, 1, 5, 2).Numbers());
        Assert.Equal([-2, 1, 7, 0], row.narrow(0, 0, 4).index_select(0, tensor([0L, 2, 3, 1])).reshape(2, 2).Numbers());
        Assert.Equal([-2, 7, 0, 40], row.index_select(0, tensor([0L, 1, 3, 4])).reshape(2, 2).t().Numbers());
        Assert.Equal(7, row[3].Number());
        Assert.Empty(row.narrow(0, 2, 0).Numbers());
    }

    [Fact]
    public void ReadsNumbersOfTensorsWithAGraph()
    {
        using var scope = NewDisposeScope();
        var leaf = tensor([0.5, 4], dtype: ScalarType.Float32, device: CPU).requires_grad_();
        Assert.Equal([0.5, 4], leaf.Numbers());
        Assert.Equal(9, (leaf * 2).sum().Number());
        Assert.Equal(1, leaf.gt(1).sum().Number());
        Assert.Equal([0, 1], leaf.gt(1).Numbers());
    }

    [Fact]
    public void NumbersAsOperandsKeepGradients()
    {
        using var scope = NewDisposeScope();
        var x = tensor([3.0, -1], dtype: ScalarType.Float64, device: CPU).requires_grad_();
        var y = tensor([10.0, 20], dtype: ScalarType.Float64, device: CPU).requires_grad_();
        var result = x.MultiplyBy(0.25).AddTo(y.DivideBy(8));
        Assert.Equal([3 * 0.25 + 10.0 / 8, -0.25 + 20.0 / 8], result.Numbers());
        result.sum().backward();
        Assert.Equal([0.25, 0.25], x.grad!.Numbers());
        Assert.Equal([0.125, 0.125], y.grad!.Numbers());
        Assert.Equal([5, 7],
            tensor([2L, 3], dtype: ScalarType.Int64, device: CPU).AddTo(tensor([3L, 4], dtype: ScalarType.Int64, device: CPU)).Numbers());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Int64)]
    public void ZeroesATensorInPlace(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var whole = ones(3, 4, dtype: dtype, device: CPU);
        whole.narrow(1, 1, 2).ZeroInPlace();
        Assert.Equal([1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1], whole.Numbers());
        var lost = full([2], double.NaN, dtype: ScalarType.Float32, device: CPU);
        lost.ZeroInPlace();
        Assert.Equal([0, 0], lost.Numbers());
    }

    /// <summary>
    /// Each would be a small native block that lives until the next collection, among the large ones that the step frees.
    /// </summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void AStepLeavesNoNumbersToFinalizers()
    {
        const int Steps = 40;
        using var scope = NewDisposeScope();
        var batches = Enumerable.Range(0, Steps)
            .Select(_ =>
                (Inputs: randn(8, 3, dtype: ScalarType.Float32, device: CPU), Targets: randn(8, 1, dtype: ScalarType.Float32, device: CPU)))
            .ToArray();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, Samples = 3, FitLoss = FitLoss.SquaredError });
        trainer.Train(batches);

        var left = FinalizedObjects.Of(() => trainer.Train(batches));

        Assert.False(left.ContainsKey(nameof(Scalar)), string.Join(' ', left));

        // One for each step is TorchSharp's, and shows that they are heard of.
        Assert.InRange(
            left.Where(entry => entry.Key.StartsWith("PinnedArray", StringComparison.Ordinal)).Sum(entry => entry.Value), Steps, 3 * Steps);
    }

    [Fact]
    public void TheRuntimeZeroesTensorsInOneWayOnly()
    {
        var files = RuntimeSources.All();
        Assert.True(files.Count > 100);
        Assert.All(files, file => Assert.DoesNotContain(".zero_()", file.Text));
    }
}
