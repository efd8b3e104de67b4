using BayesGen.Baselines;
using BayesGen.Data;
using TorchSharp.Modules;

namespace BayesGen.Tests;

public sealed class BatcherTests
{
    private static TensorDataSet Numbered(long count)
    {
        using DisposeScope scope = NewDisposeScope();
        return new TensorDataSet(arange(count, ScalarType.Float32).unsqueeze(1) * 10, arange(count, ScalarType.Int64));
    }

    /// <summary>The targets of one epoch; the inputs are checked on the way.</summary>
    private static long[][] Walk(Batcher batcher)
    {
        var epoch = new List<long[]>();
        foreach ((Tensor inputs, Tensor targets) in batcher)
        {
            using DisposeScope step = NewDisposeScope();
            step.Attach(inputs, targets);
            long[] batch = [.. targets.data<long>()];
            Assert.Equal(batch.Select(t => t * 10f), inputs.data<float>());
            epoch.Add(batch);
        }
        return [.. epoch];
    }

    [Fact]
    public void KeepsTheOrderAndTheShorterLastBatch()
    {
        using TensorDataSet set = Numbered(7);
        var batcher = new Batcher(set, 3, shuffle: false);
        Assert.Equal((7, 3, 3), (batcher.ExampleCount, batcher.BatchCount, batcher.BatchSize));
        Assert.Equal([[0L, 1L, 2L], [3L, 4L, 5L], [6L]], Walk(batcher));
    }

    [Fact]
    public void EveryEpochHasItsOwnOrderOfAllExamples()
    {
        using TensorDataSet set = Numbered(50);
        var batcher = new Batcher(set, 8, seed: 3);
        long[][] first = Walk(batcher), second = Walk(batcher);
        Assert.Equal(7, first.Length);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), first.SelectMany(b => b).Order());
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), second.SelectMany(b => b).Order());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void AnEpochDependsOnSeedAndNumberOnly()
    {
        using TensorDataSet set = Numbered(50);
        var batcher = new Batcher(set, 8, seed: 3);
        long[][] zero = Walk(batcher), one = Walk(batcher), two = Walk(batcher);
        Assert.Equal(3, batcher.Epoch);

        manual_seed(99);
        var resumed = new Batcher(set, 8, seed: 3) { Epoch = 2 };
        Assert.Equal(two, Walk(resumed));
        resumed.Epoch = 0;
        Assert.Equal(zero, Walk(resumed));
        Assert.NotEqual(one, Walk(new Batcher(set, 8, seed: 4)));
        Assert.NotEqual(zero, Walk(new Batcher(set, 8, seed: 4)));
    }

    [Fact]
    public void AnAbandonedEnumerationLeavesTheEpochAlone()
    {
        using TensorDataSet set = Numbered(50);
        var batcher = new Batcher(set, 8, seed: 3);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach ((Tensor inputs, Tensor targets) in batcher)
        {
            inputs.Dispose();
            targets.Dispose();
            break;
        }
        Assert.Equal(0, batcher.Epoch);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void LeavesTheGlobalGeneratorAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        using TensorDataSet set = Numbered(20);
        manual_seed(1);
        float expected = rand(1).item<float>();
        manual_seed(1);
        Walk(new Batcher(set, 6));
        Assert.Equal(expected, rand(1).item<float>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DisposeScopesOfTheCallerNeitherBreakNorLeakBatches(bool shuffle)
    {
        using TensorDataSet set = Numbered(50);
        var batcher = new Batcher(set, 8, shuffle);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int epoch = 0; epoch < 3; epoch++)
        {
            using DisposeScope outer = NewDisposeScope();
            using IEnumerator<(Tensor Inputs, Tensor Targets)> batches = batcher.GetEnumerator();
            while (true)
            {
                // The enumerator is first moved, and so makes its order, inside the scope of a single step.
                using DisposeScope step = NewDisposeScope();
                if (!batches.MoveNext())
                    break;
                Assert.False(batches.Current.Inputs.mean().IsInvalid);
            }
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(3, batcher.Epoch);
    }

    /// <summary>They took its shuffled order, so that answers lay beside the targets of other examples, and counted epochs of it.</summary>
    [Fact]
    public void AnswersAreInTheOrderOfTheDataAndNoEpoch()
    {
        using var scope = NewDisposeScope();
        using var model = new DeterministicModel<Linear>(nn.Linear(1, 20));
        using TensorDataSet set = Numbered(20);
        Batcher batcher = set.Batches(6);
        Assert.Equal(Enumerable.Range(0, 20), model.EvaluatePredictions(batcher).Targets);
        Assert.Equal(
            model.Predict(set.Inputs).Probabilities.Select(row => row[3]),
            model.EvaluatePredictions(batcher).Prediction.Probabilities.Select(row => row[3]),
            (one, other) => Math.Abs(one - other) < 1e-6);
        model.Evaluate(batcher);
        Assert.Equal(0, batcher.Epoch);
    }

    [Fact]
    public void RefusesInvalidArguments()
    {
        using TensorDataSet set = Numbered(5);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Batcher(set, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Batcher(set, 1).Epoch = -1);
        Assert.Equal(1, new Batcher(set, 100).BatchCount);
        Assert.Equal(5, set.Batches(1).BatchCount);
    }
}
