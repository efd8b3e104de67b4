using BayesGen.Data;

namespace BayesGen.Training;

/// <summary>
/// The processes that train one network together; this one is a process by itself. A package that runs several of them derives from it.
/// Every method but <see cref="Fail"/> is called by all processes of a group, in the same order.
/// </summary>
internal class TrainingGroup
{
    /// <summary>A process that trains alone.</summary>
    public static TrainingGroup Alone { get; } = new();

    /// <summary>The number of this process, from 0. Process 0 reports and writes checkpoints.</summary>
    public virtual int Rank => 0;

    /// <summary>The number of processes.</summary>
    public virtual int Size => 1;

    /// <summary>Whether this process is the one that reports and writes.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>Puts the gatherer of the group round that of this process.</summary>
    /// <param name="inner">The gatherer of this process.</param>
    /// <param name="steps">Holds the gradients.</param>
    /// <param name="setup">What is trained.</param>
    public virtual IGradientGatherer GathererOver(IGradientGatherer inner, ITrainingSteps steps, TrainingSetup setup) => inner;

    /// <summary>A training begins: every process looks whether it sees what process 0 sees, and takes the state of process 0.</summary>
    /// <param name="setup">What is trained.</param>
    /// <param name="state">Where it is.</param>
    /// <param name="train">The training data.</param>
    /// <param name="validation">The validation data, or null.</param>
    /// <returns>Ends what holds during the training alone.</returns>
    public virtual IDisposable? Begin(TrainingSetup setup, TrainerState state, BatchSource train, BatchSource? validation) => null;

    /// <summary>
    /// Whether the training ends here by a cancellation, between two steps: the same on every process, so that of several it may be a
    /// step later than one was told.
    /// </summary>
    /// <param name="isHere">Whether this process was told to.</param>
    public virtual bool IsCanceled(bool isHere) => isHere;

    /// <summary>What process 0 says.</summary>
    /// <param name="text">What this process would say; used of process 0 alone.</param>
    public virtual string FromFirst(string text) => text;

    /// <summary>The numbers of every process, in the order of the processes.</summary>
    /// <param name="numbers">Those of this one.</param>
    /// <param name="fingerprint">A number of what they are about, of which all must have the same.</param>
    public virtual IReadOnlyList<double[]> FromAll(double[] numbers, ulong fingerprint) => [numbers];

    /// <summary>A number of a batch and of those before it, by which the processes compare what they have.</summary>
    /// <param name="before">That of the batches before.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="targets">The targets.</param>
    public virtual ulong Fingerprint(ulong before, Tensor inputs, Tensor targets) => 0;

    /// <summary>Tells the others, when they next ask for anything, that this process cannot go on.</summary>
    /// <param name="exception">Why.</param>
    public virtual void Fail(Exception exception)
    {
    }
}
