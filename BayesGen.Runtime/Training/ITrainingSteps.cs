using BayesGen.Parameters;
using BayesGen.Serialization;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>How a trainer moves what it trains: what becomes of the gradients of a sample, and the step.</summary>
internal interface ITrainingSteps : IDisposable
{
    /// <summary>Everything that is trained.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The present learning rate, for the reports.</summary>
    double LearningRate { get; }

    /// <summary>Sets every rate to a part of what it was at the start.</summary>
    /// <param name="part">The part, from a schedule.</param>
    void Schedule(double part);

    /// <summary>Goes backward through the loss of a sample and keeps what the step needs.</summary>
    /// <param name="draw">The sample in the weights.</param>
    /// <param name="total">Its part of the loss.</param>
    void Backward(WeightDraw draw, Tensor total);

    /// <summary>Keeps of the gradients that lie at the weights of a sample what the step needs: the second half of a backward.</summary>
    /// <param name="draw">The sample in the weights.</param>
    void PullBack(WeightDraw draw);

    /// <summary>
    /// The flat gradients that <see cref="Step"/> will use, complete once every sample of the step went backward. Whoever sums gradients of
    /// several processes writes the sum into them. Handles of their own: the caller disposes them.
    /// </summary>
    IEnumerable<Tensor> Gradients();

    /// <summary>Moves the parameters once every sample of the step went backward.</summary>
    void Step();

    /// <summary>A factor on every rate, on top of the schedule.</summary>
    double LearningRateScale { get; set; }

    /// <summary>Checks that the state can be written down.</summary>
    /// <exception cref="NotSupportedException">An optimizer of it cannot.</exception>
    void RequireState();

    /// <summary>Writes the state down. Tensors are new or live; they are read before the next step.</summary>
    /// <param name="content">The checkpoint.</param>
    void Save(CheckpointContent content);

    /// <summary>What is of another kind than in a checkpoint.</summary>
    /// <param name="content">The checkpoint.</param>
    IEnumerable<string> Differences(CheckpointContent content);

    /// <summary>Continues from a checkpoint. The rates start from those of the options.</summary>
    /// <param name="content">The checkpoint.</param>
    /// <returns>Whether the numbers of the optimizers (decays, betas) are those of the checkpoint.</returns>
    /// <exception cref="CheckpointMismatchException">The state belongs to other parameters.</exception>
    bool Load(CheckpointContent content);
}
