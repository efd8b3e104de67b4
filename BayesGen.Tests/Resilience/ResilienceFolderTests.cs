namespace BayesGen.Tests.Resilience;

#pragma warning disable BG0216 // Some trainers here get no fit loss, since they never take a step.

/// <summary>What is found in a folder of checkpoints, and what becomes of it where it is not as expected.</summary>
public sealed class ResilienceFolderTests : ResilienceLives
{
    [Fact]
    public void TryResumeReturnsNullAtTheFirstStart()
    {
        using var model = ResilienceTraining.Network(1);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options());
        Assert.Null(trainer.TryResume(NewFolder()));
        Assert.Null(trainer.TryResume(Path.Combine(NewFolder(), "nowhere")));
        Assert.Contains(
            "nowhere", Assert.Throws<FileNotFoundException>(() => trainer.Resume(Path.Combine(NewFolder(), "nowhere"))).Message);
    }

    [Fact]
    public void RefusesToWriteIntoTheFolderOfAnotherTraining()
    {
        var folder = NewFolder();
        RunOn(ResilienceTraining.Options(folder), 17);
        var before = Directory.GetFiles(folder).Order().ToList();
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(1);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder));
        var error = Assert.Throws<InvalidOperationException>(() => trainer.Train(data, data));
        Assert.Contains("Resume", error.Message);
        Assert.Equal(before, Directory.GetFiles(folder).Order());
    }

    /// <summary>Else the checkpoints of the other training would be set aside one after another.</summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void RefusesTheFolderOfAnotherTrainingAfterAResumeFromElsewhere()
    {
        var (elsewhere, folder) = (Run(Saved).Folder, Run(Saved).Folder);
        var before = Directory.GetFiles(folder).Order().ToList();
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder));
        trainer.Resume(elsewhere);
        for (var i = 0; i < 2; i++)
        {
            var error = Assert.Throws<InvalidOperationException>(() => trainer.Train(data, data));
            Assert.Contains(folder, error.Message);
            Assert.Contains(elsewhere, error.Message);
        }

        Assert.Equal(before, Directory.GetFiles(folder).Order());
    }

    /// <summary>Whoever looks at the checkpoints of a running training must not take away the one that is being written.</summary>
    [Fact]
    public void ResumingKeepsPartialFilesAndTrainingRemovesThem()
    {
        var folder = Run(Saved).Folder;
        var partial = ResilienceTraining.Checkpoint(folder, 200) + ".00112233445566aa" + PartialFile.Ending;
        File.WriteAllText(partial, "half a checkpoint");
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder));
        trainer.Resume(folder);
        Assert.True(File.Exists(partial));
        trainer.Train(data, data);
        Assert.False(File.Exists(partial));
    }

    [Fact]
    public void WarnsAboutDifferencesAndContinues()
    {
        var folder = NewFolder();
        RunOn(ResilienceTraining.Options(folder), 25);
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(2);
        var told = new Notices();
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder) with
        {
            LearningRate = 5e-3,
            BatchSize = 16,
            Beta = 0.25,
            Report = told,
            Epochs = 3,
            Optimizer = (parameters, rate) => new FlatAdam(parameters, rate, beta1: 0.8),
        });
        var threads = get_num_threads();
        ResumeReport report;
        try
        {
            set_num_threads(threads + 1);
            report = trainer.Resume(ResilienceTraining.Checkpoint(folder, 24));
        }
        finally
        {
            set_num_threads(threads);
        }

        foreach (var expected in new[]
        {
            "LearningRate is 0.005, and was 0.01", "BatchSize is 16, and was 8", $"threads is {threads + 1}, and was {threads}",
            "Epochs is 3, and was 8", "The beta schedule is", "The numbers of the optimizer",
        })
            Assert.Contains(report.Notices, notice => notice.Contains(expected));
        Assert.Equal(6, report.Notices.Count);
        Assert.Equal(report.Notices, told.All);
        var epochs = trainer.Train(data, data).Epochs;
        Assert.Equal([3], epochs.Select(epoch => epoch.Epoch));
        Assert.True(epochs[0].LearningRate <= 5e-3);
    }

    [Fact]
    public void RefusesACheckpointThatDoesNotFitAndChangesNothing()
    {
        var folder = NewFolder();
        RunOn(ResilienceTraining.Options(folder), 17);
        using var model = ResilienceTraining.Network(2);
        var before = State(model);

        Refuses(options => options with { BatchSize = 16 }, "BatchSize is 16, and was 8");
        Refuses(options => options with { Seed = 8 }, "Seed is 8, and was 7");
        Refuses(options => options with { Metrics = [] }, "Metrics is , and was accuracy");
        Refuses(options => options with { Optimizer = (parameters, rate) => new FlatAdamW(parameters, rate) }, "FlatAdamW");
        Refuses(options => options with { LearningRateFactors = new Dictionary<string, double>() }, "optimizers");

        // The same kinds and numbers of tensors, in groups of another size.
        Refuses(
            options => options with { LearningRateFactors = new Dictionary<string, double> { ["mu"] = 3 } },
            "state of the optimizer");

        using var other = new BayesianGaussianRegressor(new GaussianRegressor());
        using var others = other.CreateTrainer(new TrainerOptions
        {
            BatchSize = 8, Seed = 7, Metrics = [Metric.Accuracy],
            // Two optimizers, as the other training has.
            LearningRateFactors = new Dictionary<string, double> { ["log_sigma"] = 3 },
        });
        var error = Assert.Throws<StateMismatchException>(() => others.Resume(folder));
        Assert.Contains("hidden.weight.mu", error.Missing);
        Assert.Contains("first.weight.mu", error.Unexpected);

        void Refuses(Func<TrainerOptions, TrainerOptions> change, string what)
        {
            using var trainer = model.CreateTrainer(change(ResilienceTraining.Options(folder)));
            Assert.Contains(what, Assert.Throws<CheckpointMismatchException>(() => trainer.Resume(folder)).Message);
            Assert.Equal(before, State(model));
        }
    }

    [Fact]
    public void RefusesAnOptimizerWithoutAStateAtTheStart()
    {
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(2);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(NewFolder()) with
        {
            Optimizer = (parameters, rate) => optim.LBFGS(parameters, rate),
        });
        Assert.Contains("LBFGS", Assert.Throws<NotSupportedException>(() => trainer.Train(data, data)).Message);
    }

    private static string State(BayesianSurvivor model) => string.Join(' ', model.state_dict().Values.Select(tensor =>
        Convert.ToHexString(tensor.detach().contiguous().bytes)));
}
