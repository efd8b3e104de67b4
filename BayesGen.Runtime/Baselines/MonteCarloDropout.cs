using BayesGen.Data;
using BayesGen.Execution;
using BayesGen.Noise;
using BayesGen.Parameters;
using BayesGen.Prediction;
using TorchSharp.Modules;

namespace BayesGen.Baselines;

/// <summary>
/// A network that was trained with dropout, asked several times with dropout on: each pass has a mask of its own, and how far the answers
/// differ is taken for the epistemic uncertainty. Everything else is in evaluation mode, and afterward the network is as it was.
/// </summary>
/// <remarks>
/// Gal, Ghahramani, "Dropout as a Bayesian Approximation", 2016. The mask is another one for each example and pass. Masks come from Torch's
/// generator under the seed of the options, which is put back; other batch sizes mean other masks. Where the network holds Bayesian
/// weights, they are at their resting state.
/// </remarks>
public sealed class MonteCarloDropout : PooledPredictor
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly List<nn.Module> _layers;

    /// <summary>Takes a trained network.</summary>
    /// <param name="network">The network, plain or wrapped; it stays yours.</param>
    /// <exception cref="ArgumentException">It has no layer of dropout, or none that drops anything.</exception>
    public MonteCarloDropout(nn.Module<Tensor, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        _layers = [.. Inner.modules().Where(IsDropout)];
        if (_layers.Count == 0)
            throw new ArgumentException(
                $"{Inner.GetType().Name} has no layer of dropout that it registered, so all passes would be alike. Dropout is a module "
                + "in a field, such as Dropout(0.1); a call of functional.dropout, or the dropout inside an LSTM, cannot be switched on by "
                + "itself.",
                nameof(network));
        if (_layers.All(layer => RateOf(layer) == 0))
            throw new ArgumentException(
                $"Every layer of dropout of {Inner.GetType().Name} has the rate 0: it drops nothing.", nameof(network));
    }

    /// <summary>What the layers are in: the network itself, or the one inside a wrapper.</summary>
    private nn.Module Inner => _network is IBayesianNetwork model ? model.Arena.Network : _network;

    private protected override int UsualSamples => 50;

    private protected override OutputPool Pool(int samples, PredictionOptions? options) => OutputPool.Of(samples, options, own =>
    {
        if (own.Thresholds is not null)
            throw new ArgumentException(
                "PredictionOptions.Thresholds prunes samples of a posterior, and dropout has none.", nameof(options));
        var layout = new ImageLayout(Inner, Evaluation, _network.call, own.ChannelsLast);
        return (batch, number, take, cancellation) => Answer(batch, layout, number, samples, own.Seed, take, cancellation);
    });

    private protected override string? NotedLikelihood() => (_network as IBayesianNetwork)?.Arena.NotedLikelihood;

    private void Answer(
        Tensor batch, ImageLayout layout, int number, int samples, long seed, Action<Tensor> take, CancellationToken cancellation)
    {
        using var turn = (_network as IBayesianNetwork)?.Arena.TakeTurn();
        using var mode = Evaluation();
        using var random = TorchRandom.Read();
        try
        {
            var device = Inner.parameters().Concat(Inner.buffers()).FirstOrDefault()?.device ?? batch.device;
            var x = layout.Of(batch.to(device));
            foreach (var layer in _layers)
                layer.train(true);
            for (var k = 0; k < samples; k++)
            {
                cancellation.ThrowIfCancellationRequested();
                torch.random.manual_seed(DrawSeed.Of(DrawSeed.Of(seed, k), number));
                using var step = NewDisposeScope();
                take(PosteriorDraws.Output(_network.call, x));
            }
        }
        finally
        {
            TorchRandom.Write(random);
        }
    }

    private EvaluationMode Evaluation() => _network is IBayesianNetwork model ? model.InEvaluationMode() : new EvaluationMode(_network);

    private static bool IsDropout(nn.Module module) =>
        module is Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout;

    private static double RateOf(nn.Module layer) => layer switch
    {
        Dropout dropout => dropout.p,
        Dropout1d dropout => dropout.p,
        Dropout2d dropout => dropout.p,
        Dropout3d dropout => dropout.p,
        AlphaDropout dropout => dropout.p,
        FeatureAlphaDropout dropout => dropout.p,
        _ => 0,
    };
}
