using static BayesGen.Tests.OptionsAreValuesTests;

namespace BayesGen.Tests;

/// <summary>Trainings without an end in sight.</summary>
public class LongTrainingTests
{
    [Fact]
    public void ASecondTrainingOfMaxValueEpochsTrains()
    {
        using var data = Examples();
        using var model = Model(1);
        var stop = 5;
        using var source = new CancellationTokenSource();
        var steps = 0;
        var tokens = new Queue<CancellationTokenSource>([source, new()]);
        using var trainer = model.CreateTrainer(Options() with
        {
            Epochs = int.MaxValue,
            Hooks = [(_, _) => { if (++steps % stop == 0) tokens.Dequeue().Cancel(); }],
        });
        Assert.Throws<OperationCanceledException>(() => trainer.Train(data, null, tokens.Peek().Token));
        Assert.Throws<OperationCanceledException>(() => trainer.Train(data, null, tokens.Peek().Token));
        Assert.Equal(10, steps);
    }

    [Fact]
    public void TheDefaultWarmUpOfAnEndlessTrainingEnds()
    {
        using var data = Examples(8);
        using var model = Model(1);
        using var source = new CancellationTokenSource();
        var beta = 0.0;
        using var trainer = model.CreateTrainer(Options() with
        {
            Epochs = int.MaxValue,
            Hooks = [(trainer, step) => { beta = trainer.Beta; if (step.GlobalStep == 100) source.Cancel(); }],
        });
        Assert.Throws<OperationCanceledException>(() => trainer.Train(data, null, source.Token));
        Assert.Equal(1, beta);
    }

    [Fact]
    public void NoticesDoNotGrowWithoutBound()
    {
        using var data = Examples(8);
        using (no_grad())
            data.Inputs[1, 1] = float.NaN;
        using var model = Model(1);
        var told = 0;
        using var trainer = model.CreateTrainer(Options() with
        {
            Epochs = 1_005,
            NonFinite = NonFinitePolicy.Skip(int.MaxValue),
            BatchSize = 8,
            Report = new Counting(() => told++),
        });
        var result = trainer.Train(data);
        Assert.Equal(1_005, told);
        Assert.Equal(1_001, result.Notices.Count);
        Assert.Contains("5 more", result.Notices[^1]);
    }

    private sealed class Counting(Action count) : IReport
    {
        public bool NeedsSteps => false;

        public void OnNotice(string notice) => count();
    }
}
