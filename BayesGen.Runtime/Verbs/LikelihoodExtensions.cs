using BayesGen.Data;
using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen;

/// <summary>
/// Predictions and their evaluation by the likelihood of the network: the one that it was trained or loaded with, or one that is said here.
/// </summary>
/// <remarks>What <see cref="PredictionExtensions"/> says of the model, batches and samples holds here too.</remarks>
public static class LikelihoodExtensions
{
    private const int UsualSamples = 30;

    /// <summary>What the targets of the network are: as it was trained, loaded, or told; null where nobody has said it.</summary>
    /// <param name="model">The network.</param>
    /// <exception cref="InvalidOperationException">It was loaded with a likelihood that cannot be read.</exception>
    public static Likelihood? KnownLikelihood(this IBayesianNetwork model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return LikelihoodChoice.NotedOn(model.Arena);
    }

    /// <summary>
    /// Says what the targets of the network are, for predictions, evaluations and state files to come. A trainer does so by itself.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="likelihood">The likelihood; null forgets it.</param>
    public static void UseLikelihood(this IBayesianNetwork model, Likelihood? likelihood)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Arena.NotedLikelihood = likelihood?.Text;
    }

    /// <summary>Predicts classes by a likelihood that is said here.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static ClassPrediction Predict<TModel>(
        this TModel model, Tensor x, ClassLikelihood likelihood, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        Predict(model, model.call, x, likelihood, samples, options, cancellation);

    /// <summary>Predicts classes with a network of several inputs; see the other overload.</summary>
    /// <param name="model">The network.</param>
    /// <param name="forward">Runs the wrapper on a batch.</param>
    /// <param name="x">The inputs, as <paramref name="forward"/> takes them; the first dimension is the example.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static ClassPrediction Predict(
        this IBayesianNetwork model, Func<Tensor, Tensor> forward, Tensor x, ClassLikelihood likelihood, int samples = UsualSamples,
        PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        var sums = new ClassSums(likelihood, options?.KeepOutputs ?? false, options?.FirstExample ?? 0);
        PosteriorDraws.Of(model, forward, samples, options).Run(x, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Predicts numbers or counts by what the network was trained for: see <c>TrainerOptions.Likelihood</c>.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    /// <exception cref="InvalidOperationException">
    /// Nobody has said what the targets are, or they are classes; or the network gives outputs of another shape, or NaN.
    /// </exception>
    public static RegressionPrediction PredictRegression<TModel>(
        this TModel model, Tensor x, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        Predict(model, model.call, x, Known(model), samples, options, cancellation);

    /// <summary>Predicts numbers or counts by a likelihood that is said here.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static RegressionPrediction Predict<TModel>(
        this TModel model, Tensor x, RegressionLikelihood likelihood, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        Predict(model, model.call, x, likelihood, samples, options, cancellation);

    /// <summary>Predicts numbers with a network of several inputs; see the other overload.</summary>
    /// <param name="model">The network.</param>
    /// <param name="forward">Runs the wrapper on a batch.</param>
    /// <param name="x">The inputs, as <paramref name="forward"/> takes them; the first dimension is the example.</param>
    /// <param name="likelihood">What the outputs are; null is what the network was trained for.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static RegressionPrediction Predict(
        this IBayesianNetwork model, Func<Tensor, Tensor> forward, Tensor x, RegressionLikelihood? likelihood, int samples = UsualSamples,
        PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        var sums = new RegressionSums(likelihood ?? Known(model));
        PosteriorDraws.Of(model, forward, samples, options).Run(x, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Predicts classes for labeled examples by a likelihood that is said here, and judges the probabilities.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="data">Inputs and targets as the likelihood has them; what has its ignored label is not judged.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="outside">Examples of another kind, whose targets do not count; or null.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static ClassEvaluation EvaluatePredictions<TModel>(
        this TModel model, BatchSource data, ClassLikelihood likelihood, BatchSource? outside = null, int samples = UsualSamples,
        PredictionOptions? options = null, CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(likelihood);
        return JudgedDraws.OfClasses(
            PosteriorDraws.Of(model, model.call, samples, options), likelihood, data, outside, options?.KeepOutputs ?? false,
            cancellation);
    }

    /// <summary>
    /// Predicts numbers or counts for examples whose targets are known, by what the network was trained for, and judges them.
    /// </summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="data">Inputs and targets; where NaN is ignored, a target that is NaN counts in no figure.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static RegressionEvaluation EvaluateRegression<TModel>(
        this TModel model, BatchSource data, int samples = UsualSamples, IReadOnlyList<double>? levels = null,
        PredictionOptions? options = null, CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        EvaluatePredictions(model, model.call, data, Known(model), samples, levels, options, cancellation);

    /// <summary>The same by a likelihood that is said here.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="data">Inputs and targets; where NaN is ignored, a target that is NaN counts in no figure.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static RegressionEvaluation EvaluatePredictions<TModel>(
        this TModel model, BatchSource data, RegressionLikelihood likelihood, int samples = UsualSamples,
        IReadOnlyList<double>? levels = null, PredictionOptions? options = null, CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        EvaluatePredictions(model, model.call, data, likelihood, samples, levels, options, cancellation);

    /// <summary>Judges the predictions of a network of several inputs; see the other overload.</summary>
    /// <param name="model">The network.</param>
    /// <param name="forward">Runs the wrapper on a batch.</param>
    /// <param name="data">Inputs and targets; where NaN is ignored, a target that is NaN counts in no figure.</param>
    /// <param name="likelihood">What the outputs are; null is what the network was trained for.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static RegressionEvaluation EvaluatePredictions(
        this IBayesianNetwork model, Func<Tensor, Tensor> forward, BatchSource data, RegressionLikelihood? likelihood,
        int samples = UsualSamples, IReadOnlyList<double>? levels = null, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        var draws = PosteriorDraws.Of(model, forward, samples, options);
        return JudgedDraws.OfNumbers(draws, likelihood ?? Known(model), data, levels, cancellation);
    }

    private static RegressionLikelihood Known(IBayesianNetwork model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return LikelihoodChoice.OfNumbers(model.Arena.NotedLikelihood);
    }
}
