namespace BayesGen.Training;

/// <summary>
/// Where the gradients of a step come together, from one network, from replicas, or from processes that take shares of a batch. The loop
/// calls nothing else between a batch and the step of the optimizer, and knows none of the cases.
/// </summary>
/// <remarks>
/// A group of processes wraps the gatherer of its own process (<see cref="TrainingGroup.GathererOver"/>). It gives the inner one the work
/// <see cref="StepWork.InParts"/>, and is then asked for the gradients of the fit under every sample, which it sums over its processes
/// before they are pulled back; or it gives it <see cref="StepWork.Of"/> its share of the examples, and sums
/// <see cref="ITrainingSteps.Gradients"/> and the numbers of <see cref="StepSums"/>, each weighted by its part of the examples. Every
/// process then takes the same step. The noise of weights is a function of seed and call, so that processes sample alike; that of a local
/// estimator belongs to examples, and a group has to place it.
/// </remarks>
internal interface IGradientGatherer : IDisposable
{
    /// <summary>What is not trained may have changed since the last training: it is copied again before the next step.</summary>
    void Refresh();

    /// <summary>
    /// Computes a step's losses and gradients. Afterward the flat gradients of what is trained are those of the whole step, and so are the
    /// numbers, whoever computed them.
    /// </summary>
    /// <param name="work">What is to be computed.</param>
    /// <returns>Tensors of the current dispose scope.</returns>
    /// <exception cref="NonFiniteLossException">
    /// A loss is not finite. A group throws on every process what one of them has thrown, so that all skip, stop or go back alike.
    /// </exception>
    StepSums Gather(StepWork work);

    /// <summary>Whether something that was looked for here was found by anyone, so that all decide alike.</summary>
    /// <param name="isHere">Whether it was found here.</param>
    bool IsAnywhere(bool isHere);
}
