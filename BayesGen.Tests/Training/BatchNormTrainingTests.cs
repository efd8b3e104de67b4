using static BayesGen.Tests.OptionsAreValuesTests;

namespace BayesGen.Tests;

/// <summary>Running statistics are part of what a training keeps finite, puts back and leaves alone.</summary>
public class BatchNormTrainingTests
{
    [Fact]
    public void ALastBatchOfOneIsSkippedWithANotice()
    {
        using var data = Examples(17);
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Options());
        var result = trainer.Train(data, data);
        Assert.All(result.Epochs, epoch => Assert.Equal(1, epoch.SkippedSteps));
        Assert.Contains("BatchNorm1d", Assert.Single(result.Notices));
        AssertFinite(model);
        Assert.True(double.IsFinite(result.Epochs[^1].Validation!.Fit));
    }

    /// <summary>As on a device, where the numbers of many steps are read at once.</summary>
    [Fact]
    public void ALastBatchOfOneIsSkippedWhereNumbersAreReadLate()
    {
        using var data = Examples(17);
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Options());
        trainer.ReadsLateEverywhere = true;
        Assert.All(trainer.Train(data).Epochs, epoch => Assert.Equal(1, epoch.SkippedSteps));
        AssertFinite(model);
    }

    [Fact]
    public void ALastBatchOfOneIsUsedWhereTheStatisticsAreFrozen()
    {
        using var data = Examples(17);
        using var model = Model(1);
        model.Network.Norm.eval();
        using var trainer = model.CreateTrainer(Options());
        Assert.All(trainer.Train(data).Epochs, epoch => Assert.Equal(0, epoch.SkippedSteps));
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(9, 1)]
    public void RefusesBatchesOfOne(int examples, int batchSize)
    {
        using var data = Examples(examples);
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Options() with { BatchSize = batchSize });
        var before = Written(model);
        Assert.Contains("batch size", Assert.Throws<InvalidOperationException>(() => trainer.Train(data)).Message);
        Assert.Equal(before, Written(model));
        model.Draw().Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void StopAndSpentRollBacksRestoreTheStatistics(bool stops)
    {
        using var data = Examples();
        using (no_grad())
            data.Inputs[20, 1] = float.NaN;
        using var model = Model(1);
        var before = "";
        using var trainer = model.CreateTrainer(Options() with
        {
            Shuffle = false,
            NonFinite = stops ? NonFinitePolicy.Stop : NonFinitePolicy.RollBack(atMost: 1),
            Hooks = [(_, _) => before = Written(model)],
        });
        Assert.Equal(3, Assert.Throws<NonFiniteLossException>(() => trainer.Train(data)).Step);
        AssertFinite(model);
        Assert.Equal(before, Written(model));
        model.Draw().Dispose();
    }

    /// <summary>As on a device, where the numbers of many steps are read at once.</summary>
    [Fact]
    public void ReadLateTheStatisticsAreThoseOfTheLastFiniteReading()
    {
        using var data = Examples();
        using (no_grad())
            data.Inputs[20, 1] = float.NaN;
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Options() with { Shuffle = false });
        trainer.ReadsLateEverywhere = true;
        Assert.Equal(3, Assert.Throws<NonFiniteLossException>(() => trainer.Train(data)).Step);
        AssertFinite(model);
    }

    /// <summary>Loss and gradients may be finite where a statistic is not.</summary>
    [Fact]
    public void AStatisticThatBecomesNaNStopsTheTraining()
    {
        using var data = Examples();
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Options() with
        {
            // Measured after the backward of a step and before it is taken.
            Metrics =
            [
                new Metric("poison", (_, target) =>
                {
                    model.Network.Norm.running_var!.fill_(float.NaN);
                    return target.eq(target);
                }),
            ],
        });
        var error = Assert.Throws<NonFiniteLossException>(() => trainer.Train(data));
        Assert.Equal("Norm.running_var", error.Parameter);
        AssertFinite(model);
    }

    [Fact]
    public void WarnsAboutStatisticsThatWereNaNBefore()
    {
        using var data = Examples();
        using var model = Model(1);
        using (no_grad())
            model.Network.Norm.running_mean!.fill_(float.NaN);
        using var trainer = model.CreateTrainer(Options());
        Assert.Contains("running_mean", Assert.Single(trainer.Train(data).Notices));
    }

    [Fact]
    public void AFrozenBatchNormStaysFrozen()
    {
        using var data = Examples();
        using var model = Model(1);
        var norm = model.Network.Norm;
        norm.eval();
        var before = Convert.ToHexString(norm.running_mean!.bytes);
        var seen = new List<bool>();
        using var trainer = model.CreateTrainer(Options() with { Hooks = [(_, _) => seen.Add(norm.training)] });
        trainer.Train(data, data);
        trainer.Evaluate(data);
        Assert.Equal(8, seen.Count);
        Assert.DoesNotContain(true, seen);
        Assert.Equal(before, Convert.ToHexString(norm.running_mean!.bytes));
        Assert.True(model.training);
        Assert.False(norm.training);
    }

    [Fact]
    public void AHookMayFreezeABatchNorm()
    {
        using var data = Examples();
        using var model = Model(1);
        var norm = model.Network.Norm;
        var seen = new List<bool>();
        using var trainer = model.CreateTrainer(Options() with
        {
            Hooks = [(_, step) => { seen.Add(norm.training); if (step.GlobalStep == 2) norm.eval(); }],
        });
        trainer.Train(data, data);
        Assert.Equal([true, true, false, false, false, false, false, false], seen);
        Assert.True(norm.training);
    }

    [Fact]
    public void TrainingRestoresEvaluationMode()
    {
        using var data = Examples();
        using var model = Model(1);
        model.eval();
        var before = Convert.ToHexString(model.Network.Norm.running_mean!.bytes);
        using var trainer = model.CreateTrainer(Options());
        trainer.Train(data);
        Assert.NotEqual(before, Convert.ToHexString(model.Network.Norm.running_mean!.bytes));
        Assert.False(model.training || model.Network.Norm.training);
    }

    private static void AssertFinite(BayesianNormed model) => Assert.All(
        model.Arena.StateTensors(), entry => Assert.True(entry.Value.isfinite().all().item<bool>(), entry.Key));
}
