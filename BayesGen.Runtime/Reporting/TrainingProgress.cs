namespace BayesGen.Reporting;

/// <summary>Where a training is, as hosts show it.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">The number of epochs.</param>
/// <param name="Step">The step within the epoch, from 1.</param>
/// <param name="StepsPerEpoch">The number of steps in an epoch, or null in the first one where it is not known yet.</param>
/// <param name="Fraction">The part of this training that is done, 0 to 1, or null as long as the number of steps is not known.</param>
/// <param name="ExamplesPerSecond">
/// Training examples per second since the training began, validation included; 0 before time has passed.
/// </param>
/// <param name="Elapsed">The time since the training began.</param>
/// <param name="Remaining">The time that the rest takes at the rate so far, or null as long as that cannot be said.</param>
/// <param name="Last">The last step.</param>
/// <param name="Completed">The epoch that has just ended, or null within an epoch.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    int Step,
    int? StepsPerEpoch,
    double? Fraction,
    double ExamplesPerSecond,
    TimeSpan Elapsed,
    TimeSpan? Remaining,
    StepResult Last,
    EpochResult? Completed);
