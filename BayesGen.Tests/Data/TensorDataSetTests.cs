using BayesGen.Data;

namespace BayesGen.Tests;

public sealed class TensorDataSetTests
{
    private static TensorDataSet Numbered(long count)
    {
        using DisposeScope scope = NewDisposeScope();
        return new TensorDataSet(arange(count, ScalarType.Float32).unsqueeze(1) * 10, arange(count, ScalarType.Int64));
    }

    [Fact]
    public void RefusesTensorsThatDoNotFitTogether()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Contains("59,999 targets but 60,000 inputs", Assert.Throws<ArgumentException>(
            () => new TensorDataSet(zeros(60_000), zeros(59_999))).Message);
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => new TensorDataSet(zeros(0, 3), zeros(0))).Message);
        Assert.Contains("targets is a scalar", Assert.Throws<ArgumentException>(() => new TensorDataSet(zeros(3), tensor(1f))).Message);
    }

    [Fact]
    public void OutlivesTheScopeItWasMadeIn()
    {
        using TensorDataSet set = Numbered(3);
        Assert.Equal([0f, 10f, 20f], set.Inputs.data<float>());
    }

    [Fact]
    public void SplitIsDisjointAndCompleteAndDependsOnTheSeed()
    {
        using TensorDataSet set = Numbered(101);
        (TensorDataSet train, TensorDataSet validation) = set.Split(0.2, seed: 4);
        (TensorDataSet again, TensorDataSet rest) = set.Split(20L, seed: 4);
        (TensorDataSet other, TensorDataSet otherRest) = set.Split(20L, seed: 5);
        Assert.Equal((81, 20), (train.Count, validation.Count));
        long[] held = [.. validation.Targets.data<long>()];
        Assert.Equal(Enumerable.Range(0, 101).Select(i => (long)i), held.Concat(train.Targets.data<long>()).Order());
        Assert.Equal(held.Select(t => t * 10f), validation.Inputs.data<float>());
        Assert.Equal(held, rest.Targets.data<long>());
        Assert.NotEqual(held, otherRest.Targets.data<long>());
        foreach (TensorDataSet part in new[] { train, validation, again, rest, other, otherRest })
            part.Dispose();
    }

    [Fact]
    public void SplitLeavesNoPartEmpty()
    {
        using TensorDataSet set = Numbered(3);
        (TensorDataSet train, TensorDataSet validation) = set.Split(0.01, seed: 0);
        Assert.Equal((2, 1), (train.Count, validation.Count));
        train.Dispose();
        validation.Dispose();
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Split(1.0, seed: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Split(double.NaN, seed: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Split(0L, seed: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Split(3L, seed: 0));
        using TensorDataSet one = set.Take(1);
        Assert.Throws<InvalidOperationException>(() => one.Split(0.5, seed: 0));
    }

    [Fact]
    public void TakeAndToAreCopies()
    {
        using TensorDataSet set = Numbered(4);
        using TensorDataSet first = set.Take(2);
        using TensorDataSet moved = set.To(CPU);
        set.Inputs.zero_();
        Assert.Equal([0f, 10f], first.Inputs.data<float>());
        Assert.Equal([0f, 10f, 20f, 30f], moved.Inputs.data<float>());
        Assert.Equal([0L, 1L], first.Targets.data<long>());
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Take(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Take(5));
    }

    [Fact]
    public void LeaksNothing()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (TensorDataSet set = Numbered(20))
        {
            (TensorDataSet train, TensorDataSet validation) = set.Split(0.5, seed: 1);
            using TensorDataSet first = train.Take(3);
            using TensorDataSet moved = validation.To(CPU);
            train.Dispose();
            validation.Dispose();
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
