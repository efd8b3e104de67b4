using BayesGen.Data;
using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen.Laplace;

/// <summary>
/// A Gaussian around the weights of a trained network, by the curvature of its loss: what <c>model.FitLaplace(data)</c> gives. It predicts
/// through the same results as a variational posterior.
/// </summary>
/// <remarks>
/// MacKay 1992; Daxberger et al., "Laplace Redux: Effortless Bayesian Deep Learning", 2021. With the means w*, the generalized Gauss-Newton
/// matrix H of each layer and the precision a of the prior N(0, 1 / a), weights are N(w*, (H + a)^-1). Layers are independent of each
/// other. A linearized prediction of numbers is one Gaussian in closed form; one of classes averages over samples of the logits, each
/// example by itself.
/// </remarks>
public sealed class LaplaceApproximation : IDisposable
{
    private const int UsualSamples = 100;

    private readonly LaplacePredictor _predictor;
    private readonly List<LayerPosterior> _layers;

    private LaplaceApproximation(LaplacePredictor predictor, List<LayerPosterior> layers, LaplaceStructure structure) =>
        (_predictor, _layers, Structure) = (predictor, layers, structure);

    /// <summary>What of the curvature is kept.</summary>
    public LaplaceStructure Structure { get; }

    /// <summary>The precision of the prior of each layer, by its key.</summary>
    public IReadOnlyDictionary<string, double> PriorPrecisions =>
        _layers.ToDictionary(layer => layer.Layer.Key, layer => layer.Precision);

    /// <summary>The factor on the variance of the noise of a regression that was fitted; else 1.</summary>
    public double NoiseScale { get; private init; } = 1;

    /// <summary>
    /// log p(data) in the approximation, nats, summed over the examples: log p(data | w*) + log N(w*; 0, 1 / a) + (P / 2) log(2 pi) -
    /// (1/2) log det(H + a). Of two networks or priors the one with the higher is the better.
    /// </summary>
    public double LogMarginalLikelihood { get; private init; }

    /// <summary>Predicts classes, or answers of yes and no.</summary>
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
        var likelihood = _predictor.RequireClasses();
        return _predictor.Pool(samples, options).Classes(x, likelihood, cancellation);
    }

    /// <summary>
    /// Predicts numbers: linearized, for each output one Gaussian whose variance is the noise and what is not known of the weights;
    /// sampled, a mixture.
    /// </summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="noise">The noise that it was fitted with.</param>
    /// <param name="samples">The number of samples of the weights where predictions are sampled.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction before the next batch or sample.</param>
    /// <exception cref="InvalidOperationException">
    /// It was fitted to classes, or with another noise; or the weights of the network have changed since.
    /// </exception>
    public RegressionPrediction Predict(
        Tensor x, GaussianNoise noise, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        _predictor.RequireNoise(noise);
        return PredictRegression(x, samples, options, cancellation);
    }

    /// <summary>
    /// Predicts numbers with the noise that it was fitted with: linearized, for each output one Gaussian whose variance is the noise and
    /// what is not known of the weights; sampled, a mixture.
    /// </summary>
    /// <param name="x">The inputs; the first dimension is the example.</param>
    /// <param name="samples">The number of samples of the weights where predictions are sampled.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction before the next batch or sample.</param>
    /// <exception cref="InvalidOperationException">
    /// It was fitted to classes; or the weights of the network have changed since.
    /// </exception>
    public RegressionPrediction PredictRegression(
        Tensor x, int samples = UsualSamples, PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        _predictor.RequireNumbers();
        var sums = _predictor.Sums();
        _predictor.Pool(samples, options).Run(x, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Predicts classes for labeled examples and judges the probabilities.</summary>
    /// <param name="data">Inputs and class numbers; what has the ignored label is not judged.</param>
    /// <param name="outside">Examples of another kind, whose targets do not count; or null.</param>
    /// <param name="samples">The number of samples, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction before the next batch or sample.</param>
    public ClassEvaluation EvaluatePredictions(
        BatchSource data, BatchSource? outside = null, int samples = UsualSamples, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        var likelihood = _predictor.RequireClasses();
        return _predictor.Pool(samples, options).JudgeClasses(data, likelihood, outside, cancellation);
    }

    /// <summary>Predicts numbers for examples whose targets are known, and judges density and intervals.</summary>
    /// <param name="data">Inputs and targets, [N, D] or [N].</param>
    /// <param name="noise">The noise that it was fitted with.</param>
    /// <param name="samples">The number of samples of the weights where predictions are sampled.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction before the next batch or sample.</param>
    public RegressionEvaluation EvaluatePredictions(
        BatchSource data, GaussianNoise noise, int samples = UsualSamples, IReadOnlyList<double>? levels = null,
        PredictionOptions? options = null, CancellationToken cancellation = default)
    {
        _predictor.RequireNoise(noise);
        return EvaluateRegression(data, samples, levels, options, cancellation);
    }

    /// <summary>
    /// Predicts numbers for examples whose targets are known, with the noise that it was fitted with, and judges density and intervals.
    /// </summary>
    /// <param name="data">Inputs and targets, [N, D] or [N]; where NaN is ignored, a target that is NaN counts in no figure.</param>
    /// <param name="samples">The number of samples of the weights where predictions are sampled.</param>
    /// <param name="levels">The levels of intervals; null takes <see cref="RegressionEvaluation.UsualLevels"/>.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    /// <param name="cancellation">Ends the prediction before the next batch or sample.</param>
    /// <exception cref="InvalidOperationException">
    /// It was fitted to classes; or the weights of the network have changed since.
    /// </exception>
    public RegressionEvaluation EvaluateRegression(
        BatchSource data, int samples = UsualSamples, IReadOnlyList<double>? levels = null, PredictionOptions? options = null,
        CancellationToken cancellation = default)
    {
        var likelihood = _predictor.RequireNumbers();
        var sums = _predictor.Sums();
        return JudgedDraws.OfNumbers(_predictor.Pool(samples, options), sums, sums.Finish, likelihood, data, levels, cancellation);
    }

    /// <summary>Structure, precisions and the marginal likelihood.</summary>
    public override string ToString()
    {
        var precisions = _layers.Select(layer => FormattableString.Invariant($"{layer.Precision:G3} ({layer.Layer.Key})"));
        return FormattableString.Invariant($"{Structure} Laplace approximation of {_layers.Sum(layer => layer.Layer.Count):N0} weights, ")
            + FormattableString.Invariant($"log evidence {LogMarginalLikelihood:F1}, prior precision ") + string.Join(", ", precisions);
    }

    /// <summary>Releases the posterior; the network stays.</summary>
    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
    }

    internal IReadOnlyList<LayerPosterior> Layers => _layers;

    internal static LaplaceApproximation Fit(
        IBayesianNetwork model, Func<Tensor, Tensor> forward, BatchSource data, Likelihood likelihood, LaplaceOptions options,
        CancellationToken cancellation)
    {
        var arena = model.Arena;
        var found = LaplaceLayer.Of(arena);
        var structure = CurvatureFit.StructureFor(found, options);
        List<LayerPosterior> layers = [.. found.Select(layer => new LayerPosterior(layer, CurvatureOf(structure, layer, arena.Device)))];
        try
        {
            var fit = new TargetFit(likelihood);
            FittedWeights fitted;
            using (var turn = arena.TakeTurn())
            using (var weights = arena.Lease.Override("fit a Laplace approximation"))
            using (model.InEvaluationMode())
            {
                weights.Write(WeightState.Mean);
                found.ForEach(layer => layer.ReadMeans(arena));
                fitted = FittedWeights.Of(arena);
                var heads = model is IPosteriorByFit ? new NetworkHeads(likelihood) : null;
                var weight = CurvatureFit.Run(arena, forward, data, layers, fit, heads, options.BatchSize, cancellation);
                using var _ = no_grad();
                layers.ForEach(layer => layer.Finish(weight));
            }

            using var withoutGradients = no_grad();
            var search = new EvidenceSearch(layers, fit.LogLikelihood);
            var noise = search.Run(options.PriorPrecision, options.FitNoise);
            return new LaplaceApproximation(
                new LaplacePredictor(model, forward, layers, likelihood, options, noise, fitted), layers, structure)
            {
                NoiseScale = noise,
                LogMarginalLikelihood = search.LogEvidence(noise),
            };
        }
        catch
        {
            layers.ForEach(layer => layer.Dispose());
            throw;
        }
    }

    private static LayerCurvature CurvatureOf(LaplaceStructure structure, LaplaceLayer layer, Device device) => structure switch
    {
        LaplaceStructure.Diagonal => new DiagonalCurvature(layer.Outputs, layer.Inputs, device),
        LaplaceStructure.Kronecker => new KroneckerCurvature(layer.Outputs, layer.Inputs, device),
        LaplaceStructure.Full => new FullCurvature(layer.Outputs, layer.Inputs, device),
        _ => throw new ArgumentOutOfRangeException(nameof(structure), structure, "There is no such structure."),
    };
}
