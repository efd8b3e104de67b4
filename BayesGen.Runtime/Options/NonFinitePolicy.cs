using BayesGen.Reporting;
using BayesGen.Training;

namespace BayesGen;

/// <summary>
/// What a training does when the loss or the gradient of a step is not a finite number, or when the training diverges: the fit loss of a
/// draw is more than its value at the first step, f, by 1000 (1 + |f|). Such a step is not taken.
/// </summary>
/// <remarks>
/// On a device a training that nobody asks for the numbers of a step is read every fifty steps (see <see cref="IReport.NeedsSteps"/>).
/// Under <see cref="Stop"/> a step whose loss is not finite is then taken with a gradient of zero and found at the next reading.
/// </remarks>
public sealed record NonFinitePolicy
{
    private NonFinitePolicy()
    {
    }

    /// <summary>Ends the training by a <see cref="NonFiniteLossException"/>; the network is as it was before the step.</summary>
    public static NonFinitePolicy Stop { get; } = new();

    /// <summary>How many steps may be skipped one after another before the training ends; 0 where none is skipped.</summary>
    public int SkipsInARow { get; private init; }

    /// <summary>How many times the training may go back before it ends; 0 where it does not go back.</summary>
    public int RollBacks { get; private init; }

    /// <summary>What the learning rate is multiplied by each time the training goes back.</summary>
    public double LearningRateFactor { get; private init; } = 1;

    /// <summary>
    /// Leaves the step out and continues with the next batch; the number of steps left out is in <see cref="EpochResult.SkippedSteps"/>.
    /// For data with a bad batch here and there.
    /// </summary>
    /// <param name="atMostInARow">Skipped steps in a row, at least 1; one more ends the training as <see cref="Stop"/> does.</param>
    public static NonFinitePolicy Skip(int atMostInARow = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atMostInARow, 1);
        return new NonFinitePolicy { SkipsInARow = atMostInARow };
    }

    /// <summary>
    /// Goes back to the last checkpoint, or to the start of the epoch where there is none, and on from there with a lower learning rate.
    /// For a training that diverges.
    /// </summary>
    /// <param name="learningRateFactor">What the learning rate is multiplied by, in (0, 1).</param>
    /// <param name="atMost">How many times in the whole training, at least 1; once more ends it as <see cref="Stop"/> does.</param>
    public static NonFinitePolicy RollBack(double learningRateFactor = 0.5, int atMost = 5)
    {
        if (!(learningRateFactor is > 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(learningRateFactor), learningRateFactor,
                "Going back is of use with a lower learning rate: a factor between 0 and 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(atMost, 1);
        return new NonFinitePolicy { RollBacks = atMost, LearningRateFactor = learningRateFactor };
    }
}
