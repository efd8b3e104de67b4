using BayesGen.Data;

namespace BayesGen.Prediction;

/// <summary>
/// Answers examples several times, for sums of any kind: draws of a posterior, members of an ensemble, passes under dropout.
/// </summary>
internal interface IPredictiveDraws
{
    /// <summary>Answers the rows of a tensor.</summary>
    void Run(Tensor inputs, IPredictiveSums sums, CancellationToken cancellation);

    /// <summary>Answers all examples of a source, and hands every batch of targets over.</summary>
    void Run(BatchSource data, IPredictiveSums sums, Action<Tensor> targets, CancellationToken cancellation);
}
