using BayesGen.Data;
using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Prediction;
using BayesGen.Pruning;

namespace BayesGen;

/// <summary>Predictions with uncertainty: the network under many samples of its posterior.</summary>
/// <remarks>
/// The model is borrowed and given back bit for bit, on an exception or a cancellation too; meanwhile it is in evaluation mode. How
/// examples are split into batches makes no difference beyond rounding. Networks with several inputs take the overloads with a function
/// that runs the wrapper on one tensor. For calls from many threads at once make a <see cref="Predictor"/>.
/// </remarks>
public static class PredictionExtensions
{
    private const int UsualSamples = 30;

    /// <summary>
    /// Predicts classes by what the network was trained for: see <c>TrainerOptions.Likelihood</c>. Where nobody has said it, outputs are
    /// logits [N, C]. Numbers are predicted by <c>PredictRegression</c>.
    /// </summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    /// <exception cref="ArgumentException">The network cannot take inputs of this shape, or they hold NaN; examples are named.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or the network gives no logits, or NaN.</exception>
    /// <exception cref="OperationCanceledException">It was canceled; the model is as it was.</exception>
    public static ClassPrediction Predict<TModel>(
        this TModel model, Tensor x, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        Predict(model, model.call, x, samples, options, cancellation);

    /// <summary>Predicts classes with a network of several inputs; see the other overload.</summary>
    /// <param name="model">The network.</param>
    /// <param name="forward">Runs the wrapper on a batch and gives logits [N, C].</param>
    /// <param name="x">The inputs, as <paramref name="forward"/> takes them; the first dimension is the example.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static ClassPrediction Predict(
        this IBayesianNetwork model, Func<Tensor, Tensor> forward, Tensor x, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var sums = new ClassSums(
            LikelihoodChoice.OfClasses(model.Arena.NotedLikelihood), options?.KeepOutputs ?? false, options?.FirstExample ?? 0);
        PosteriorDraws.Of(model, forward, samples, options).Run(x, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Predicts numbers: for each output a mixture of Gaussians.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="noise">What the network's outputs mean, and the noise around them.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    /// <exception cref="ArgumentException">The network cannot take inputs of this shape, or they hold NaN; examples are named.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or the network gives outputs of another shape, or NaN.</exception>
    /// <exception cref="OperationCanceledException">It was canceled; the model is as it was.</exception>
    public static RegressionPrediction Predict<TModel>(
        this TModel model, Tensor x, GaussianNoise noise, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        Predict(model, model.call, x, noise, samples, options, cancellation);

    /// <summary>Predicts numbers with a network of several inputs; see the other overload.</summary>
    /// <param name="model">The network.</param>
    /// <param name="forward">Runs the wrapper on a batch.</param>
    /// <param name="x">The inputs, as <paramref name="forward"/> takes them; the first dimension is the example.</param>
    /// <param name="noise">What the network's outputs mean, and the noise around them.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static RegressionPrediction Predict(
        this IBayesianNetwork model, Func<Tensor, Tensor> forward, Tensor x, GaussianNoise noise, int samples = UsualSamples,
        PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(noise);
        var sums = new RegressionSums(noise, options?.FirstExample ?? 0);
        PosteriorDraws.Of(model, forward, samples, options).Run(x, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>
    /// Predicts classes for labeled examples and judges the probabilities; with a second data set also how well the uncertainty tells
    /// its examples from those.
    /// </summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="data">Inputs and class numbers.</param>
    /// <param name="outside">Examples of another kind, whose targets do not count; or null.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    /// <exception cref="ArgumentException">The data is empty, or its targets are not classes of the network.</exception>
    public static ClassEvaluation EvaluatePredictions<TModel>(
        this TModel model, BatchSource data, BatchSource? outside = null, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        EvaluatePredictions(model, model.call, data, outside, samples, options, cancellation);

    /// <summary>Judges the class probabilities of a network of several inputs; see the other overload.</summary>
    /// <param name="model">The network.</param>
    /// <param name="forward">Runs the wrapper on a batch and gives logits [N, C].</param>
    /// <param name="data">Inputs and class numbers.</param>
    /// <param name="outside">Examples of another kind, whose targets do not count; or null.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static ClassEvaluation EvaluatePredictions(
        this IBayesianNetwork model, Func<Tensor, Tensor> forward, BatchSource data, BatchSource? outside = null,
        int samples = UsualSamples,
        PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return JudgedDraws.OfClasses(
            PosteriorDraws.Of(model, forward, samples, options), LikelihoodChoice.OfClasses(model.Arena.NotedLikelihood), data, outside,
            options?.KeepOutputs ?? false, cancellation);
    }

    /// <summary>Predicts numbers for examples whose targets are known, and judges density and intervals.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="data">Inputs and targets, [N, D] or [N].</param>
    /// <param name="noise">What the network's outputs mean, and the noise around them.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    /// <exception cref="ArgumentException">The data is empty, or its targets do not fit the outputs.</exception>
    public static RegressionEvaluation EvaluatePredictions<TModel>(
        this TModel model, BatchSource data, GaussianNoise noise, int samples = UsualSamples, IReadOnlyList<double>? levels = null,
        PredictionOptions? options = null, CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        EvaluatePredictions(model, model.call, data, noise, samples, levels, options, cancellation);

    /// <summary>
    /// Fits the size of the noise to data that the training has not seen: the variance times the factor, for each output, with which the
    /// prediction gives the targets the highest density. The model stays as it is; predict with the noise that is returned.
    /// </summary>
    /// <remarks>
    /// A noise that is learned beside the weights stands for all that is left between the draws and the targets, the differences of the
    /// draws included; and a prediction counts those once more. This takes out what is too much. It needs some hundred examples.
    /// </remarks>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="data">Inputs and targets, [N, D] or [N]: validation data.</param>
    /// <param name="noise">The noise of the training.</param>
    /// <param name="samples">The number of samples of the weights, at least 1; as many as predictions will have.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    /// <returns>The noise to predict with.</returns>
    /// <exception cref="ArgumentException">The data is empty, or its targets do not fit the outputs.</exception>
    public static GaussianNoise CalibrateNoise<TModel>(
        this TModel model, BatchSource data, GaussianNoise noise, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        CalibrateNoise(model, model.call, data, noise, samples, options, cancellation);

    /// <summary>Fits the size of the noise of a network of several inputs; see the other overload.</summary>
    /// <param name="model">The network.</param>
    /// <param name="forward">Runs the wrapper on a batch.</param>
    /// <param name="data">Inputs and targets, [N, D] or [N]: validation data.</param>
    /// <param name="noise">The noise of the training.</param>
    /// <param name="samples">The number of samples of the weights, at least 1; as many as predictions will have.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static GaussianNoise CalibrateNoise(
        this IBayesianNetwork model, Func<Tensor, Tensor> forward, BatchSource data, GaussianNoise noise, int samples = UsualSamples,
        PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(noise);

        // Where NaN was no target in the training it is none here, nor where the noise that is returned is judged.
        if (LikelihoodChoice.NotedOn(model.Arena) is RegressionLikelihood { IgnoresNaN: true })
            noise = new GaussianNoise((GaussianLikelihood)noise.Likelihood.IgnoringNaN());
        var sums = new RegressionSums(noise);
        var (prediction, targets) = JudgedDraws.Numbers(
            PosteriorDraws.Of(model, forward, samples, options), sums, sums.Finish, sums.Targets, noise.Likelihood, data, cancellation);
        return noise.Scaled(NoiseCalibration.Factors(prediction, targets));
    }

    /// <summary>Judges the predictions of a network of several inputs; see the other overload.</summary>
    /// <param name="model">The network.</param>
    /// <param name="forward">Runs the wrapper on a batch.</param>
    /// <param name="data">Inputs and targets, [N, D] or [N].</param>
    /// <param name="noise">What the network's outputs mean, and the noise around them.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction between two samples.</param>
    public static RegressionEvaluation EvaluatePredictions(
        this IBayesianNetwork model, Func<Tensor, Tensor> forward, BatchSource data, GaussianNoise noise, int samples = UsualSamples,
        IReadOnlyList<double>? levels = null, PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(noise);
        return JudgedDraws.OfNumbers(PosteriorDraws.Of(model, forward, samples, options), noise.Likelihood, data, levels, cancellation);
    }

    /// <summary>
    /// Draws some networks from the posterior and keeps them: a predictor that is independent of the model afterward and may be called
    /// from many threads at once. It answers as <c>Predict</c> with the same seed and number of samples.
    /// </summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <param name="model">The Bayesian neural network; it is left as it was.</param>
    /// <param name="create">
    /// Builds a plain network of the same class and sizes, a new one each time, where the predictor will compute.
    /// </param>
    /// <param name="samples">The number of networks, at least 1; each has weights of its own.</param>
    /// <param name="seed">The seed of the samples.</param>
    /// <param name="thresholds">Prunes the networks, not the model; null prunes nothing more than the model does.</param>
    /// <param name="channelsLast">The layout of images: see <see cref="PredictionOptions.ChannelsLast"/>.</param>
    /// <param name="manageMemory">Whether large buffers stay with the process: see <see cref="PredictionOptions.ManageMemory"/>.</param>
    public static Predictor CreatePredictor<TNetwork>(
        this IBayesianNetwork model, Func<TNetwork> create, int samples = UsualSamples, long seed = 0, Thresholds? thresholds = null,
        bool? channelsLast = null, bool manageMemory = true)
        where TNetwork : nn.Module<Tensor, Tensor> =>
        CreatePredictor(model, create, (network, x) => network.call(x), samples, seed, thresholds, channelsLast, manageMemory);

    /// <summary>A predictor of networks with several inputs; see the other overload.</summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <param name="model">The Bayesian neural network; it is left as it was.</param>
    /// <param name="create">
    /// Builds a plain network of the same class and sizes, a new one each time, where the predictor will compute.
    /// </param>
    /// <param name="forward">Runs a plain network on a batch. It must share nothing that changes between calls.</param>
    /// <param name="samples">The number of networks, at least 1; each has weights of its own.</param>
    /// <param name="seed">The seed of the samples.</param>
    /// <param name="thresholds">Prunes the networks, not the model; null prunes nothing more than the model does.</param>
    /// <param name="channelsLast">The layout of images: see <see cref="PredictionOptions.ChannelsLast"/>.</param>
    /// <param name="manageMemory">Whether large buffers stay with the process: see <see cref="PredictionOptions.ManageMemory"/>.</param>
    public static Predictor CreatePredictor<TNetwork>(
        this IBayesianNetwork model, Func<TNetwork> create, Func<TNetwork, Tensor, Tensor> forward, int samples = UsualSamples,
        long seed = 0, Thresholds? thresholds = null, bool? channelsLast = null, bool manageMemory = true)
        where TNetwork : nn.Module
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var distribution = model.Distribution(create);
        if (thresholds is not null)
            distribution.Prune(thresholds);
        var networks = new List<TNetwork>();
        try
        {
            for (var k = 0; k < samples; k++)
            {
                var network = distribution.Sample(DrawSeed.Of(seed, k));
                if (networks.Contains(network, ReferenceEqualityComparer.Instance))
                    throw new ArgumentException("The same network came twice; every sample needs a new one.", nameof(create));
                network.eval();
                networks.Add(network);
            }
        }
        catch
        {
            foreach (var network in networks)
                network.Dispose();
            throw;
        }

        return new Predictor([.. networks.Select(network => ((nn.Module)network, (Func<Tensor, Tensor>)(x => forward(network, x))))],
            channelsLast, manageMemory, model.Arena.NotedLikelihood);
    }
}
