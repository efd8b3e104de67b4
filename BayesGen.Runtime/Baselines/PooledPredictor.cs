using BayesGen.Data;
using BayesGen.Likelihoods;
using BayesGen.Prediction;

namespace BayesGen.Baselines;

/// <summary>
/// Answers several times and pools the answers with equal weights: what ensembles, Monte Carlo dropout and SWAG have in common. What the
/// answers are it knows from the network, as <c>model.Predict</c> does, or it is said in the call.
/// </summary>
public abstract class PooledPredictor
{
    private protected PooledPredictor()
    {
    }

    /// <summary>The number of samples where nobody says one.</summary>
    private protected abstract int UsualSamples { get; }

    /// <summary>What the targets are: as it was trained, loaded, or told; null where nobody has said it.</summary>
    /// <exception cref="InvalidOperationException">The members of an ensemble say different things.</exception>
    public Likelihood? KnownLikelihood() => LikelihoodChoice.Of(NotedLikelihood());

    /// <summary>
    /// Predicts classes by what the network was trained for: see <c>TrainerOptions.Likelihood</c>. Where nobody has said it, outputs are
    /// logits [N, C]. Numbers are predicted by <see cref="PredictRegression"/>.
    /// </summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    /// <returns>A prediction whose samples are all of the answers.</returns>
    /// <exception cref="InvalidOperationException">
    /// It was trained to answer numbers, or the members of an ensemble for different targets; or the network gives no logits, or NaN.
    /// </exception>
    public ClassPrediction Predict(
        Tensor x, int? samples = null, PredictionOptions? options = null, CancellationToken cancellation = default) =>
        Pool(samples ?? UsualSamples, options).Classes(x, LikelihoodChoice.OfClasses(NotedLikelihood()), cancellation);

    /// <summary>Predicts classes by a likelihood that is said here.</summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    public ClassPrediction Predict(
        Tensor x, ClassLikelihood likelihood, int? samples = null, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        return Pool(samples ?? UsualSamples, options).Classes(x, likelihood, cancellation);
    }

    /// <summary>Predicts numbers or counts by what the network was trained for: see <c>TrainerOptions.Likelihood</c>.</summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    /// <returns>For each output a mixture with one component for each answer.</returns>
    /// <exception cref="InvalidOperationException">
    /// Nobody has said what the targets are, or they are classes, or the members of an ensemble say different things; or the network gives
    /// outputs of another shape, or NaN.
    /// </exception>
    public RegressionPrediction PredictRegression(
        Tensor x, int? samples = null, PredictionOptions? options = null, CancellationToken cancellation = default) =>
        Predict(x, LikelihoodChoice.OfNumbers(NotedLikelihood()), samples, options, cancellation);

    /// <summary>Predicts numbers or counts by a likelihood that is said here.</summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    public RegressionPrediction Predict(
        Tensor x, RegressionLikelihood likelihood, int? samples = null, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        return Pool(samples ?? UsualSamples, options).Numbers(x, likelihood, cancellation);
    }

    /// <summary>Predicts numbers: for each output a mixture of Gaussians, one for each answer.</summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="noise">What the outputs mean, and the noise around them.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    public RegressionPrediction Predict(
        Tensor x, GaussianNoise noise, int? samples = null, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(noise);
        return Predict(x, noise.Likelihood, samples, options, cancellation);
    }

    /// <summary>Predicts classes for labeled examples, by what the network was trained for, and judges the probabilities.</summary>
    /// <param name="data">Inputs and targets; what has the ignored label of the likelihood is not judged.</param>
    /// <param name="outside">Examples of another kind, whose targets do not count; or null.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    /// <exception cref="ArgumentException">The data is empty, or its targets are not classes of the network.</exception>
    public ClassEvaluation EvaluatePredictions(
        BatchSource data, BatchSource? outside = null, int? samples = null, PredictionOptions? options = null,
        CancellationToken cancellation = default) =>
        Pool(samples ?? UsualSamples, options)
            .JudgeClasses(data, LikelihoodChoice.OfClasses(NotedLikelihood()), outside, cancellation);

    /// <summary>Predicts classes for labeled examples by a likelihood that is said here, and judges the probabilities.</summary>
    /// <param name="data">Inputs and targets as the likelihood has them; what has its ignored label is not judged.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="outside">Examples of another kind, whose targets do not count; or null.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    public ClassEvaluation EvaluatePredictions(
        BatchSource data, ClassLikelihood likelihood, BatchSource? outside = null, int? samples = null, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        return Pool(samples ?? UsualSamples, options).JudgeClasses(data, likelihood, outside, cancellation);
    }

    /// <summary>
    /// Predicts numbers or counts for examples whose targets are known, by what the network was trained for, and judges them.
    /// </summary>
    /// <param name="data">Inputs and targets; where NaN is ignored, a target that is NaN counts in no figure.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    /// <exception cref="ArgumentException">The data is empty, or its targets do not fit the outputs.</exception>
    public RegressionEvaluation EvaluateRegression(
        BatchSource data, int? samples = null, IReadOnlyList<double>? levels = null, PredictionOptions? options = null,
        CancellationToken cancellation = default) =>
        EvaluatePredictions(data, LikelihoodChoice.OfNumbers(NotedLikelihood()), samples, levels, options, cancellation);

    /// <summary>The same by a likelihood that is said here.</summary>
    /// <param name="data">Inputs and targets; where NaN is ignored, a target that is NaN counts in no figure.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    public RegressionEvaluation EvaluatePredictions(
        BatchSource data, RegressionLikelihood likelihood, int? samples = null, IReadOnlyList<double>? levels = null,
        PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        return JudgedDraws.OfNumbers(Pool(samples ?? UsualSamples, options), likelihood, data, levels, cancellation);
    }

    /// <summary>Predicts numbers for examples whose targets are known, and judges density and intervals.</summary>
    /// <param name="data">Inputs and targets, [N, D] or [N].</param>
    /// <param name="noise">What the outputs mean, and the noise around them.</param>
    /// <param name="samples">The number of samples of the weights or passes, of each member of an ensemble; null is the usual one.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples; the network is put back as it was.</param>
    public RegressionEvaluation EvaluatePredictions(
        BatchSource data, GaussianNoise noise, int? samples = null, IReadOnlyList<double>? levels = null,
        PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(noise);
        return EvaluatePredictions(data, noise.Likelihood, samples, levels, options, cancellation);
    }

    /// <summary>What answers batches.</summary>
    private protected abstract OutputPool Pool(int samples, PredictionOptions? options);

    /// <summary>What is noted of the targets on the network, or null.</summary>
    private protected abstract string? NotedLikelihood();
}
