using BayesGen.Data;
using BayesGen.Parameters;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>How a training ends: early, by itself, or not at all because it ended before.</summary>
public sealed partial class VariationalTrainer
{
    /// <summary>The longest warm-up of beta that nobody asked for, in epochs; and where the training may end early.</summary>
    private const double LongestWarmup = 100;
    private const double LongestWarmupBeforeStopping = 10;

    /// <summary>The most notices that a result holds; the report is told all.</summary>
    private const int MostNotices = 1_000;

    private readonly StoppingWatch? _stopping;
    private long _unkeptNotices;

    /// <summary>The schedule where the options have none.</summary>
    private static LinearWarmup DefaultWarmup(TrainerOptions options) => new(Math.Min(
        0.5 * options.Epochs, options.EarlyStopping is null ? LongestWarmup : LongestWarmupBeforeStopping));

    /// <summary>Whether early stopping ends the training after an epoch.</summary>
    private bool EndsEarly(EpochResult epoch)
    {
        if (_stopping is null || _schedule.IsUnderWay || !_stopping.Take(epoch, Model.Arena))
            return false;
        var stopping = Options.EarlyStopping!;
        Notice(
            $"The training stopped after epoch {epoch.Epoch}: the {stopping.Monitor.Name} did not get better for {stopping.Patience} epochs"
            + (_stopping.BestEpoch is { } best
                ? $". Its best was {_stopping.Best:G6}, in epoch {best}{(stopping.RestoreBest ? ", whose network is given back" : "")}."
                : " and never was a number."));
        return true;
    }

    /// <summary>Gives back the network of the best epoch where that is not the last one.</summary>
    private void TakeBest()
    {
        if (_stopping?.BestEpoch is { } best && best != _epochsDone)
            _stopping.Restore(Model.Arena);
    }

    private TrainingResult ResultOf(IReadOnlyList<EpochResult> epochs, TimeSpan duration) => new(epochs, duration)
    {
        Notices = _unkeptNotices == 0 ? [.. _notices] : [.. _notices, $"And {_unkeptNotices} more notices, which the report was told."],
        StoppedEarly = _stopping?.IsStopped == true,
        BestEpoch = _stopping?.BestEpoch,
    };

    /// <summary>What a training that has stopped answers to Train.</summary>
    private TrainingResult AlreadyStopped()
    {
        Notice(
            $"This training stopped early after epoch {_epochsDone}, and Train does not take it up again. Make a new trainer to train on.");
        return ResultOf([], TimeSpan.Zero);
    }

    private void Notice(string notice)
    {
        // Some of it comes from files.
        notice = PlainText.Of(notice);
        if (_notices.Count < MostNotices)
            _notices.Add(notice);
        else
            _unkeptNotices++;
        Options.Report?.OnNotice(notice);
    }

    private void RequireStopping(BatchSource? validation) =>
        Options.EarlyStopping?.Monitor.RequireFit("TrainerOptions.EarlyStopping", Options, validation);

    /// <summary>Finds out before a report is told that something begins what would end it at once.</summary>
    private void RequireTrainable()
    {
        RequireLiving();
        if (Model.Arena.BayesianCount == 0)
            throw new NotSupportedException(
                "The network has no Bayesian weights, so there is no divergence to train by. Annotate a layer with [Bayesian(...)].");
    }

    private void RequireLiving()
    {
        // Of a network that was disposed the counts are left.
        if (Model.Arena is { Families.Count: 0, BayesianCount: > 0 })
            throw new ObjectDisposedException(Model.GetType().Name, "The network of this trainer was disposed. Make both again.");
    }
}
