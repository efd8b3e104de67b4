using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>The numbers of a training that no tensor holds.</summary>
/// <param name="EpochsDone">The epochs that ended.</param>
/// <param name="FirstEpoch">The epochs that had ended when the running call of Train began.</param>
/// <param name="StepsDone">The steps that were taken.</param>
/// <param name="BatchesOfEpoch">The batches of an epoch; null while unknown.</param>
/// <param name="Examples">The number N of training examples; null where nobody said.</param>
/// <param name="SourceEpoch">The count of a source that counts its own passes; null for others.</param>
/// <param name="Beta">The weight of the divergence.</param>
/// <param name="NoiseSeed">The seed of the noise.</param>
/// <param name="NoiseCalls">The calls to the source of noise since it was seeded.</param>
/// <param name="RollBacks">How often the training went back.</param>
/// <param name="SkippedInARow">The steps that were skipped just now.</param>
/// <param name="BestScore">The best score of an epoch; NaN before there is one.</param>
internal sealed record TrainingCounters(
    int EpochsDone,
    int FirstEpoch,
    long StepsDone,
    long? BatchesOfEpoch,
    long? Examples,
    int? SourceEpoch,
    double Beta,
    long NoiseSeed,
    long NoiseCalls,
    int RollBacks,
    int SkippedInARow,
    double BestScore)
{
    /// <summary>What is written where a number is not known; all of them count something.</summary>
    private const long Unknown = -1;

    /// <summary>Reads the numbers of a checkpoint.</summary>
    /// <exception cref="CheckpointMismatchException">One is missing or makes no sense.</exception>
    public static TrainingCounters Load(CheckpointContent content)
    {
        return new TrainingCounters(
            Count("epochs_done"),
            Count("first_epoch"),
            Whole("steps_done"),
            Known("batches_of_epoch", least: 1, most: int.MaxValue),
            Known("examples", least: 1),
            (int?)Known("source_epoch", most: int.MaxValue),
            content.NotNegative("beta"),
            content.Integer("noise.seed"),
            Whole("noise.calls"),
            Count("roll_backs"),
            Count("skipped_in_a_row"),
            content.Number("best_score"));

        int Count(string name) => content.Count(name);

        long Whole(string name) => content.Integer(name, 0, long.MaxValue);

        long? Known(string name, long least = 0, long most = long.MaxValue) =>
            content.Integer(name) == Unknown ? null : content.Integer(name, least, most);
    }

    /// <summary>Writes the numbers down.</summary>
    public void Save(CheckpointContent content)
    {
        content.Put("epochs_done", EpochsDone);
        content.Put("first_epoch", FirstEpoch);
        content.Put("steps_done", StepsDone);
        content.Put("batches_of_epoch", BatchesOfEpoch ?? Unknown);
        content.Put("examples", Examples ?? Unknown);
        content.Put("source_epoch", SourceEpoch ?? Unknown);
        content.Put("beta", Beta);
        content.Put("noise.seed", NoiseSeed);
        content.Put("noise.calls", NoiseCalls);
        content.Put("roll_backs", RollBacks);
        content.Put("skipped_in_a_row", SkippedInARow);
        content.Put("best_score", BestScore);
    }
}
