using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>
/// A batch that is taken in parts, by one process or by several: under each sample of the weights every part goes forward and backward by
/// itself, the gradients with respect to the weights are summed, and the sum is pulled back to the posterior once.
/// </summary>
internal interface IBatchParts
{
    /// <summary>Takes the parts under a sample. The sum of their gradients is kept for <see cref="PullBack"/>.</summary>
    /// <param name="work">The whole batch.</param>
    /// <param name="worker">The network.</param>
    /// <param name="draw">The sample in its weights.</param>
    /// <param name="sample">The number of the sample in the step, from 0.</param>
    /// <returns>
    /// The mean fit loss of the batch, a scalar in double precision, and what a noise is learned from; tensors of the current dispose
    /// scope.
    /// </returns>
    (Tensor Fit, NoiseResiduals? Noise) Take(StepWork work, SampleWorker worker, WeightDraw draw, int sample);

    /// <summary>Carries the gradients of the mean fit loss, times a factor, on to the posterior.</summary>
    /// <param name="draw">The sample that they were computed under.</param>
    /// <param name="factor">The slope of the loss by the fit.</param>
    void PullBack(WeightDraw draw, double factor);
}
