using TorchSharp.Modules;

namespace BayesGen;

/// <summary>How a trainer moves what it trains: what becomes of the gradients of a draw, and the step.</summary>
internal interface ITrainingSteps : IDisposable
{
    /// <summary>Everything that is trained.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The present learning rate, for the reports.</summary>
    double LearningRate { get; }

    /// <summary>Sets every rate to a part of what it was at the start.</summary>
    /// <param name="part">The part, from a schedule.</param>
    void Schedule(double part);

    /// <summary>Goes backward through the loss of a draw and keeps what the step needs.</summary>
    /// <param name="draw">The draw.</param>
    /// <param name="total">Its part of the loss.</param>
    void Backward(WeightDraw draw, Tensor total);

    /// <summary>Moves the parameters once every draw of the step went backward.</summary>
    void Step();
}
