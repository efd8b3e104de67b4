using BayesGen.Data;
using BayesGen.Laplace;
using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen.LastLayers;

/// <summary>
/// A Gaussian over the weights of the last layer of a trained network, by a bound on the likelihood that needs no sample: what
/// <c>model.FitVariationalLastLayer(data)</c> gives. It predicts through the same results as a variational posterior.
/// </summary>
/// <remarks>
/// Harrison, Willes, Snoek, "Variational Bayesian Last Layers", ICLR 2024. Of classes the bound is
/// sum_n [m_y phi_n - log sum_k exp(m_k phi_n + phi_n^T S_k phi_n / 2)] - KL(N(m, S) || N(0, 1 / a)), where class weights and label
/// smoothing weigh the terms as they do in the loss; of numbers it is log p(data) itself, and the posterior is exact, given the features
/// phi.
/// </remarks>
public sealed class VariationalLastLayer : IDisposable
{
    private const int UsualSamples = 100;

    private readonly LaplaceLayer _layer;
    private readonly ILastLayerPosterior _posterior;
    private readonly LastLayerPredictor _predictor;
    private readonly Likelihood _likelihood;

    private VariationalLastLayer(
        LaplaceLayer layer, ILastLayerPosterior posterior, LastLayerPredictor predictor, LastLayerCovariance covariance,
        Likelihood likelihood) =>
        (_layer, _posterior, _predictor, Covariance, _likelihood) = (layer, posterior, predictor, covariance, likelihood);

    /// <summary>What of the covariance is kept.</summary>
    public LastLayerCovariance Covariance { get; }

    /// <summary>The bound on log p(data), nats, summed over the examples. Of two networks or priors the higher one is the better.</summary>
    public double Bound => _posterior.Bound;

    /// <summary>The precision 1 / s^2 of the prior.</summary>
    public double PriorPrecision => _posterior.Precision;

    /// <summary>The standard deviation of the noise of each output, in units of the target; empty of classes.</summary>
    public IReadOnlyList<double> Sigmas => [.. (_posterior.NoiseVariances ?? []).Select(Math.Sqrt)];

    /// <summary>The number of passes over the features that were taken.</summary>
    public int Iterations => _posterior.Iterations;

    /// <summary>Whether the fit ended by itself, and not by <see cref="VariationalLastLayerOptions.Iterations"/>.</summary>
    public bool HasConverged => _posterior.HasConverged;

    /// <summary>Predicts classes: each example averages over samples of its logits.</summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="samples">The number of samples, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction before the next batch or sample.</param>
    /// <exception cref="InvalidOperationException">
    /// It was fitted to numbers; or the weights of the network have changed since.
    /// </exception>
    public ClassPrediction Predict(
        Tensor x, int samples = UsualSamples, PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        var likelihood = RequireClasses();
        return _predictor.Pool(samples, options).Classes(x, likelihood, cancellation);
    }

    /// <summary>Predicts numbers: for each output one Gaussian, whose variance is the noise and what is not known of the weights.</summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="options">Batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction before the next batch.</param>
    /// <exception cref="InvalidOperationException">
    /// It was fitted to classes; or the weights of the network have changed since.
    /// </exception>
    public RegressionPrediction PredictRegression(
        Tensor x, PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        RequireNumbers();
        var sums = new GaussianSums();
        _predictor.Pool(samples: 1, options).Run(x, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Predicts classes for labeled examples and judges the probabilities.</summary>
    /// <param name="data">Inputs and class numbers.</param>
    /// <param name="outside">Examples of another kind, whose targets do not count; or null.</param>
    /// <param name="samples">The number of samples, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction before the next batch or sample.</param>
    /// <exception cref="InvalidOperationException">
    /// It was fitted to numbers; or the weights of the network have changed since.
    /// </exception>
    public ClassEvaluation EvaluatePredictions(
        BatchSource data, BatchSource? outside = null, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        var likelihood = RequireClasses();
        return _predictor.Pool(samples, options).JudgeClasses(data, likelihood, outside, cancellation);
    }

    /// <summary>Predicts numbers for examples whose targets are known, and judges density and intervals.</summary>
    /// <param name="data">Inputs and targets, [N, D] or [N].</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction before the next batch.</param>
    /// <exception cref="InvalidOperationException">
    /// It was fitted to classes; or the weights of the network have changed since.
    /// </exception>
    public RegressionEvaluation EvaluateRegression(
        BatchSource data, IReadOnlyList<double>? levels = null, PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        var likelihood = RequireNumbers();
        var sums = new GaussianSums();
        return JudgedDraws.OfNumbers(
            _predictor.Pool(samples: 1, options), sums, sums.Finish, likelihood, data, levels, cancellation);
    }

    /// <summary>The layer, the bound and the prior.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"variational last layer '{_layer.Key}' of {_layer.Count:N0} weights, bound {Bound:F1}, ")
        + FormattableString.Invariant($"prior precision {PriorPrecision:G3}, {Iterations} passes")
        + (HasConverged ? "" : ", not converged");

    /// <summary>Releases the posterior; the network stays.</summary>
    public void Dispose()
    {
        _posterior.Dispose();
        _layer.Dispose();
    }

    internal ILastLayerPosterior Posterior => _posterior;

    internal static VariationalLastLayer Fit(
        IBayesianNetwork model, Func<Tensor, Tensor> forward, BatchSource data, Likelihood likelihood, VariationalLastLayerOptions options,
        CancellationToken cancellation)
    {
        const string verb = "FitVariationalLastLayer";
        var layers = LaplaceLayer.Of(model.Arena, verb);
        if (layers.Count > 1)
            throw new NotSupportedException(
                $"{verb} is for one layer, and {layers.Count} are Gaussian: {string.Join(", ", layers.Select(one => one.Key))}. "
                + "Annotate the last one alone, or wrap the plain network in a LastLayerModel.");
        var layer = layers[0];
        var classes = likelihood as CategoricalLikelihood;
        var covariance = classes is not null
            ? ClassFit.CovarianceFor(layer.Outputs, layer.Inputs, options)
            : LastLayerCovariance.PerOutput;
        using var features = LastLayerData.Of(model, forward, layer, data, likelihood, options.BatchSize, cancellation);
        using var known = layer.Known;
        ILastLayerPosterior posterior = classes is not null
            ? ClassFit.Run(features, classes, known, covariance, options, cancellation)
            : NumberFit.Run(features, layer.Inputs, options, cancellation);
        return new VariationalLastLayer(
            layer, posterior, new LastLayerPredictor(model, forward, layer, posterior, features.Fitted), covariance, likelihood);
    }

    private ClassLikelihood RequireClasses() => _likelihood as ClassLikelihood ?? throw new InvalidOperationException(
        "The last layer was fitted to numbers: PredictRegression(x) and EvaluateRegression(data).");

    private GaussianLikelihood RequireNumbers() => _likelihood as GaussianLikelihood ?? throw new InvalidOperationException(
        "The last layer was fitted to classes: Predict(x) and EvaluatePredictions(data). For a regression train the network with a "
        + "likelihood of numbers, or fit it with VariationalLastLayerOptions.Noise.");
}
