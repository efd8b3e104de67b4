using BayesGen;
using Spectre.Console;

namespace MnistSample;

/// <summary>Shows how the training goes on: a bar in a terminal, a line per epoch in a file or a pipe.</summary>
public static class Progress
{
    /// <summary>Runs a training and hands it the report that shows it.</summary>
    public static T Show<T>(Func<IReport, T> training)
    {
        if (!AnsiConsole.Profile.Out.IsTerminal)
            return training(new EpochLines());
        return AnsiConsole.Progress()
            .Columns(new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn())
            .Start(context => training(new StepBar(context)));
    }

    /// <summary>One plain line per epoch.</summary>
    private sealed class EpochLines : IReport
    {
        public void OnStart(TrainingInfo info) =>
            Console.WriteLine($"{info.BayesianWeights:N0} Bayesian weights, {info.Examples:N0} examples, {info.Loss}");

        public void OnEpoch(EpochResult epoch) => Console.WriteLine(
            $"epoch {epoch.Epoch}/{epoch.Epochs}: fit {epoch.Fit:F3}, KL {epoch.Divergence:N0}, beta {epoch.Beta:F2}, "
            + $"validation accuracy {epoch.Validation!.Accuracy:P2}, {epoch.Duration.TotalSeconds:F0} s");

        public void OnNotice(string notice) => Console.WriteLine(notice);
    }

    /// <summary>One bar over all steps, described by the last epoch.</summary>
    private sealed class StepBar(ProgressContext context) : IReport
    {
        private readonly ProgressTask _task = context.AddTask("epoch 1");
        private int _epochs = 1;

        public void OnStart(TrainingInfo info) => _epochs = info.Epochs;

        public void OnStep(StepResult step)
        {
            // How many steps an epoch has is known from the data, or after the first epoch.
            if (step.StepsPerEpoch is { } steps)
                _task.MaxValue = (double)steps * _epochs;
            _task.Value = step.GlobalStep;
        }

        // Short, so that bar and text stay on one line of a narrow terminal.
        public void OnEpoch(EpochResult epoch) =>
            _task.Description = $"epoch {epoch.Epoch}/{epoch.Epochs} {epoch.Validation!.Accuracy:P1}";

        public void OnNotice(string notice) => AnsiConsole.WriteLine(notice);

        public void OnFinish(TrainingResult training) => _task.Value = _task.MaxValue;
    }
}
