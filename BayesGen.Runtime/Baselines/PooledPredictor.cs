using BayesGen.Data;
using BayesGen.Prediction;

namespace BayesGen.Baselines;

/// <summary>
/// Answers several times and pools the answers with equal weights: what ensembles, Monte Carlo dropout and SWAG have in common.
/// </summary>
public abstract class PooledPredictor
{
    private protected PooledPredictor()
    {
    }

    /// <summary>The number of samples where nobody says one.</summary>
    private protected abstract int UsualSamples { get; }

    /// <summary>Predicts classes from logits [N, C].</summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    /// <returns>A prediction whose samples are all of the answers.</returns>
    public ClassPrediction Predict(
        Tensor x, int? samples = null, PredictionOptions? options = null, CancellationToken cancellation = default) =>
        Pool(samples ?? UsualSamples, options).Classes(x, cancellation);

    /// <summary>Predicts numbers: for each output a mixture of Gaussians, one for each answer.</summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="noise">What the outputs mean, and the noise around them.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    public RegressionPrediction Predict(
        Tensor x, GaussianNoise noise, int? samples = null, PredictionOptions? options = null,
        CancellationToken cancellation = default) =>
        Pool(samples ?? UsualSamples, options).Numbers(x, noise, cancellation);

    /// <summary>Predicts classes for labeled examples and judges the probabilities.</summary>
    /// <param name="data">Inputs and class numbers.</param>
    /// <param name="outside">Examples of another kind, whose targets do not count; or null.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    public ClassEvaluation EvaluatePredictions(
        BatchSource data, BatchSource? outside = null, int? samples = null, PredictionOptions? options = null,
        CancellationToken cancellation = default) =>
        Pool(samples ?? UsualSamples, options).JudgeClasses(data, outside, cancellation);

    /// <summary>Predicts numbers for examples whose targets are known, and judges density and intervals.</summary>
    /// <param name="data">Inputs and targets, [N, D] or [N].</param>
    /// <param name="noise">What the outputs mean, and the noise around them.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    public RegressionEvaluation EvaluatePredictions(
        BatchSource data, GaussianNoise noise, int? samples = null, IReadOnlyList<double>? levels = null,
        PredictionOptions? options = null, CancellationToken cancellation = default) =>
        Pool(samples ?? UsualSamples, options).JudgeNumbers(data, noise, levels, cancellation);

    /// <summary>What answers batches.</summary>
    private protected abstract OutputPool Pool(int samples, PredictionOptions? options);
}
