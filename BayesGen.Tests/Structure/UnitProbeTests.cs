using BayesGen.Structure;
using BayesGen.Tests.Networks;

namespace BayesGen.Tests.Structure;

/// <summary>Networks as people write them, which a probe has to run without harm.</summary>
public sealed class UnitProbeTests
{
    [Fact]
    public void AForwardMayEndAScopeOfItsOwn()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianScopedForward(new ScopedForward());
        using var example = ones(2, 3, dtype: ScalarType.Float32, device: CPU);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var map = model.MapUnits(example);
        Assert.Equal([2], map["first"].Units[2].Readers.Single().Inputs);
        Assert.Equal("3-4", model.PruneStatistics(null, example).Structure!.ToString());
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(12 + 4 + 8 + 2, model.Prune(-1000, example).Kept);
    }

    [Fact]
    public void ARefusedProbeLeavesNoScopeOpen()
    {
        using var model = new BayesianScopedForward(new ScopedForward());
        Tensor later;
        using (NewDisposeScope())
        {
            Assert.Throws<ArgumentException>(
                () => model.MapUnits(full([1, 3], double.NaN, dtype: ScalarType.Float32, device: CPU)));
            later = ones(1, dtype: ScalarType.Float32, device: CPU);
        }

        Assert.True(later.IsInvalid);
    }

    [Fact]
    public void ABatchThatIsNotTheFirstDimensionOfALayerIsNotCountedTwice()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTimeFirst(new TimeFirst());
        var map = model.MapUnits(ones(1, 5, 3, dtype: ScalarType.Float32, device: CPU));
        Assert.Equal((5, 1), (map["step"].Positions, map["output"].Positions));
        Assert.Equal((3 * 4 * 5, 4 * 2), (map["step"].Macs, map["output"].Macs));
        Assert.All(map["step"].Units, unit => Assert.NotNull(unit.Stays));
    }

    [Fact]
    public void ARowOfPaddingIsNoWeightOfTheSmallNetworkEither()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianPaddedWords(new PaddedWords());
        var structure = model.PruneStatistics(null, ones(1, 3, dtype: ScalarType.Int64, device: CPU)).Structure!;
        Assert.Equal((36, 36), (structure.Layers[0].Weights, structure.Layers[0].CompactWeights));
        Assert.Equal(1, structure.WeightRatio);
    }

    /// <summary>All words are the same, so no other of them can mark where they go.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(4, 4, 4)]
    [InlineData(1, 3, 5)]
    public void WordsThatAreAddedToUnitsAreSeenBesideThem(long first, long second, long third)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianWordsBesideUnits(new WordsBesideUnits());
        var map = model.MapUnits(tensor(new[] { first, second, third }, [1, 3], device: CPU));
        Assert.Equal([0, 1, 2], map["output"].FromElsewhere);
    }

    [Fact]
    public void OnlyTheUnitsThatAnLstmReadsStayForIt()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianHalfRecurrent(new HalfRecurrent());
        var units = model.MapUnits(ones(1, 3, dtype: ScalarType.Float32, device: CPU))["enter"].Units;
        Assert.All(units.Take(2), unit => Assert.Contains("'lstm' reads it", unit.Stays));
        Assert.All(units.Skip(2), unit => Assert.Null(unit.Stays));
    }

    [Fact]
    public void WeightsThatWereFrozenByHandStay()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianScopedForward(new ScopedForward());
        using var example = ones(1, 3, dtype: ScalarType.Float32, device: CPU);
        using (no_grad())
        {
            // No weight of the first unit is left, and the column of the second layer that reads it would go with it.
            model.Posterior.First.Weight.LogSigma[0] = 20;
            model.Network.get_parameter("second.weight")!.requires_grad = false;
        }

        var report = model.Prune(new Thresholds { [Family.Gaussian] = -1000, ["first.weight"] = 0 }, example);
        Assert.Equal(9, report.Weights.Single(weight => weight.Key == "first.weight").Kept);
        Assert.Equal(8, report.Weights.Single(weight => weight.Key == "second.weight").Kept);
    }
}
