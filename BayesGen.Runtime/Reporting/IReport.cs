namespace BayesGen.Reporting;

/// <summary>Is told what happens while a network trains. Every member does nothing unless it is implemented.</summary>
/// <remarks>
/// Members are called on the training's thread. What a report throws ends the training, whose network keeps what it learned; in a
/// <see cref="ReportChain"/> it costs that report alone.
/// </remarks>
public interface IReport
{
    /// <summary>
    /// Whether <see cref="OnStep"/> has to be called right after each step. Where nobody asks for it, a device is read every so many steps
    /// only, and computes the faster for it.
    /// </summary>
    bool NeedsSteps => true;

    /// <summary>Training begins.</summary>
    /// <param name="info">What will be trained.</param>
    void OnStart(TrainingInfo info)
    {
    }

    /// <summary>A step has ended.</summary>
    /// <param name="step">Its result.</param>
    void OnStep(StepResult step)
    {
    }

    /// <summary>An epoch has ended, its validation included.</summary>
    /// <param name="epoch">Its result.</param>
    void OnEpoch(EpochResult epoch)
    {
    }

    /// <summary>
    /// Something happened that does not end the training and that the user should know: a checkpoint that could not be written.
    /// </summary>
    /// <param name="notice">What happened, in whole sentences.</param>
    void OnNotice(string notice)
    {
    }

    /// <summary>Training has ended.</summary>
    /// <param name="training">Its result.</param>
    void OnFinish(TrainingResult training)
    {
    }
}

/// <summary>What a training is about to do.</summary>
/// <param name="Epochs">The number of epochs.</param>
/// <param name="Examples">The number of training examples, or null where it is not known.</param>
/// <param name="BayesianWeights">The number of Bayesian weights.</param>
/// <param name="AllWeights">The number of all weights.</param>
/// <param name="Loss">The name of the loss.</param>
public sealed record TrainingInfo(int Epochs, long? Examples, long BayesianWeights, long AllWeights, string Loss);
