using BayesGen.Execution;
using BayesGen.Laplace;
using BayesGen.Noise;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen.LastLayers;

/// <summary>Turns the posterior of a last layer into answers: the network runs once for each batch.</summary>
/// <param name="model">The network; it is left bit for bit as it was.</param>
/// <param name="forward">Runs it.</param>
/// <param name="layer">The layer.</param>
/// <param name="posterior">Its posterior.</param>
/// <param name="fitted">The weights that it was fitted to.</param>
internal sealed class LastLayerPredictor(
    IBayesianNetwork model, Func<Tensor, Tensor> forward, LaplaceLayer layer, ILastLayerPosterior posterior, FittedWeights fitted)
{
    /// <summary>What answers batches.</summary>
    public OutputPool Pool(int samples, PredictionOptions? prediction) => OutputPool.Of(samples, prediction, own =>
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
                fitted.Require(model.Arena, "FitVariationalLastLayer");
            isChecked = true;
            var signals = new LayerSignals([layer]);
            signals.Run(input => PosteriorDraws.Output(forward, input), layout.Of(batch.to(model.Arena.Device)));
            LastLayerData.RequireLast(signals, layer);
            var (means, variances) = posterior.Outputs(signals.Inputs(0));
            if (layer.Known is { } known)
                means = means.AddTo(known);
            if (posterior.NoiseVariances is { } noise)
                Closed(means, variances, noise, take, cancellation);
            else
                Sample(means, variances.sqrt(), samples, DrawSeed.Of(own.Seed, number), take, cancellation);
        };
    });

    /// <summary>Means, variances, and the part of them that is of the weights: [N, 3 D].</summary>
    private static void Closed(
        Tensor means, Tensor variances, IReadOnlyList<double> noise, Action<Tensor> take, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var step = NewDisposeScope();
        var ofNoise = tensor([.. noise], [1, noise.Count], ScalarType.Float64, means.device);
        take(cat([means, variances.AddTo(ofNoise), variances], 1));
    }

    private static void Sample(
        Tensor means, Tensor deviations, int samples, long seed, Action<Tensor> take, CancellationToken cancellation)
    {
        var source = new NoiseSource(seed);
        for (var k = 0; k < samples; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            take(means.AddTo(deviations * source.Normal(means)));
        }
    }
}
