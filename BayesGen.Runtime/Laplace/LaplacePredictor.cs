using BayesGen.Execution;
using BayesGen.Likelihoods;
using BayesGen.Noise;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen.Laplace;

/// <summary>Turns the posterior of the weights into answers.</summary>
/// <param name="model">The network; it is left bit for bit as it was.</param>
/// <param name="forward">Runs it.</param>
/// <param name="layers">The posterior.</param>
/// <param name="likelihood">What the outputs mean.</param>
/// <param name="options">How it was fitted.</param>
/// <param name="noiseScale">The factor on the variance of the noise.</param>
/// <param name="fitted">The weights that it was fitted to.</param>
internal sealed class LaplacePredictor(
    IBayesianNetwork model, Func<Tensor, Tensor> forward, IReadOnlyList<LayerPosterior> layers, Likelihood likelihood,
    LaplaceOptions options, double noiseScale, FittedWeights fitted)
{
    /// <summary>Keeps a covariance that rounding has made singular one that has a root.</summary>
    private const double Jitter = 1e-10;

    /// <summary>The likelihood of classes.</summary>
    public ClassLikelihood RequireClasses() => likelihood as ClassLikelihood ?? throw new InvalidOperationException(
        "The approximation was fitted to numbers: PredictRegression(x) and EvaluateRegression(data).");

    /// <summary>The likelihood of numbers.</summary>
    public GaussianLikelihood RequireNumbers() => likelihood as GaussianLikelihood ?? throw new InvalidOperationException(
        "The approximation was fitted to classes: Predict(x) and EvaluatePredictions(data). For a regression train the network with a "
        + "likelihood of numbers, or fit it with LaplaceOptions.Noise.");

    public void RequireNoise(GaussianNoise noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        var known = RequireNumbers();
        if (Size(known) != Size((GaussianLikelihood)noise.Likelihood))
            throw new InvalidOperationException(
                $"The approximation was fitted with the noise '{known}', and is asked with '{noise}': fit it again with that.");

        // Whether targets may be missing makes no other noise.
        static string Size(GaussianLikelihood noise) => new GaussianLikelihood(noise.Sigma, noise.Factors).Text;
    }

    /// <summary>Sums for a prediction of numbers.</summary>
    public GaussianSums Sums() => new();

    /// <summary>What answers batches.</summary>
    public OutputPool Pool(int samples, PredictionOptions? prediction)
    {
        return OutputPool.Of(samples, prediction, own =>
        {
            if (own.Thresholds is not null)
                throw new ArgumentException("PredictionOptions.Thresholds prunes samples of a variational posterior, and this is none.");
            var isChecked = false;
            var layout = new ImageLayout(model.Arena.Network, model.InEvaluationMode, forward, own.ChannelsLast);
            return (batch, number, take, cancellation) =>
            {
                using var turn = model.Arena.TakeTurn();
                using var weights = model.Arena.Lease.Override("predict");
                using var mode = model.InEvaluationMode();
                weights.Write(WeightState.Mean);
                if (!isChecked)
                    fitted.Require(model.Arena, "FitLaplace");
                isChecked = true;
                var x = layout.Of(batch.to(model.Arena.Device));
                if (options.Predictive == LaplacePredictive.Sampled)
                    Sample(weights, x, samples, own.Seed, take, cancellation);
                else
                    Linearize(x, samples, DrawSeed.Of(own.Seed, number), take, cancellation);
            };
        });
    }

    private Tensor Output(Tensor x) => PosteriorDraws.Output(forward, x);

    /// <summary>What a batch needs lies in the scope of the batch, and an answer in one of its own: there its sums expect it.</summary>
    private void Linearize(Tensor x, int samples, long seed, Action<Tensor> take, CancellationToken cancellation)
    {
        var signals = new LayerSignals([.. layers.Select(layer => layer.Layer)]);
        Tensor outputs;
        Func<Tensor, Tensor> deviation;
        using (enable_grad())
            signals.Run(Output, x);
        outputs = signals.Outputs.detach();
        if (likelihood is GaussianLikelihood numbers)
        {
            cancellation.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            take(Closed(numbers.Read(outputs), Covariance(signals, outputs)));
            return;
        }

        // Without a matrix [C, C] for each example where the structure of the layer allows it.
        if (signals.AreOutputsOfLayer && layers[0].Curvature is KroneckerCurvature kronecker)
        {
            var (scale, matrix) = kronecker.OutputFactors(signals.Inputs(0), layers[0].Variances);
            deviation = normal => (normal * scale).mm(matrix.t());
        }
        else
        {
            var covariance = Covariance(signals, outputs);
            var largest = covariance.diagonal(0, 1, 2).amax([1], keepdim: true).unsqueeze(2);
            var root = linalg.cholesky(covariance.AddTo(eye(covariance.shape[1], dtype: covariance.dtype, device: covariance.device)
                * (largest * Operand(Jitter)).AddTo(Operand(double.Epsilon))));
            deviation = normal => root.bmm(normal.unsqueeze(2)).squeeze(2);
        }

        var mean = outputs.to(ScalarType.Float64).reshape(outputs.shape[0], -1);
        var noise = new NoiseSource(seed);
        for (var k = 0; k < samples; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            take(mean.AddTo(deviation(noise.Normal(mean))));
        }
    }

    /// <summary>J S J^T of all layers together, [N, C, C].</summary>
    private Tensor Covariance(LayerSignals signals, Tensor outputs)
    {
        if (signals.AreOutputsOfLayer)
            return layers[0].Curvature.Covariance(signals.Inputs(0), null, layers[0].Variances);
        var (rows, width) = (outputs.shape[0], outputs.numel() / outputs.shape[0]);
        using var withGradients = enable_grad();
        var slopes = signals.Slopes(eye(width, dtype: ScalarType.Float64, device: outputs.device).unsqueeze(0).expand(rows, width, width));
        using var _ = no_grad();
        return layers.Select((layer, i) => layer.Curvature.Covariance(signals.Inputs(i), slopes[i], layer.Variances))
            .Aggregate((sum, one) => sum.AddTo(one));
    }

    /// <summary>Means, variances, and the part of them that is of the weights: [N, 3 D].</summary>
    private Tensor Closed((Tensor Mean, Tensor Variance) read, Tensor covariance)
    {
        var (mean, variance) = read;
        var ofWeights = covariance.diagonal(0, 1, 2).narrow(1, 0, mean.shape[1]);
        return cat([mean, (variance * Operand(noiseScale)).AddTo(ofWeights), ofWeights], 1);
    }

    private void Sample(WeightOverride weights, Tensor x, int samples, long seed, Action<Tensor> take, CancellationToken cancellation)
    {
        var signals = new LayerSignals([.. layers.Select(layer => layer.Layer)]);
        signals.Run(Output, x);
        var inputs = signals.AreOutputsOfLayer ? signals.Inputs(0) : null;
        var mean = inputs is null ? null : signals.Outputs.to(ScalarType.Float64);
        var point = weights.Point(WeightState.Mean);
        for (var k = 0; k < samples; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var noise = new NoiseSource(DrawSeed.Of(seed, k));
            List<Tensor> deviations = [.. layers.Select(layer =>
                layer.Curvature.Deviation(noise.Normal(layer.Curvature.Eigenvalues), layer.Variances))];

            // A last layer is linear: what goes into it is computed once, for all samples.
            var output = inputs is not null ? mean!.AddTo(inputs.mm(deviations[0].t())) : Run(deviations);
            take(likelihood is GaussianLikelihood numbers ? Known(numbers.Read(output)) : output);
        }

        Tensor Run(List<Tensor> deviations)
        {
            List<Tensor> flat = [.. point.Select(one => one.clone())];
            for (var i = 0; i < layers.Count; i++)
                layers[i].Layer.AddTo(model.Arena.Families, flat, deviations[i]);
            weights.Write(flat);
            return Output(x);
        }
    }

    /// <summary>The same of outputs under a sample, whose weights are known.</summary>
    private Tensor Known((Tensor Mean, Tensor Variance) read)
    {
        var (mean, variance) = read;
        return cat([mean, variance * Operand(noiseScale), zeros_like(mean, dtype: mean.dtype, device: mean.device)], 1);
    }
}
