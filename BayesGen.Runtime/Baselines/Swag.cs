using BayesGen.Data;
using BayesGen.Execution;
using BayesGen.Noise;
using BayesGen.Optimizers;
using BayesGen.Parameters;
using BayesGen.Prediction;
using BayesGen.Reporting;
using BayesGen.Training;
using TorchSharp.Modules;

namespace BayesGen.Baselines;

/// <summary>
/// A Gaussian over the weights from the walk that SGD takes at a constant rate once the network is trained: its mean, its variances, and
/// its last deviations as a covariance of low rank (SWAG).
/// </summary>
/// <remarks>
/// Maddox, Garipov, Izmailov, Vetrov, Wilson, "A Simple Baseline for Bayesian Uncertainty in Deep Learning", 2019: with the mean m, the
/// variances v and the last K deviations D of the weights at the ends of epochs, weights are N(m, (diag(v) + D D^T / (K - 1)) / 2), and
/// N(m, diag(v)) where the rank is 0. It costs a few more epochs, and K + 2 times the memory of the weights.
/// </remarks>
public sealed class Swag : PooledPredictor, IDisposable
{
    private const double Momentum = 0.9;

    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly SwagMoments _moments;
    private readonly bool _ownsNetwork;

    /// <summary>What it was trained for; null where the network came trained, since a plain network carries no note of it.</summary>
    private readonly string? _likelihood;

    /// <summary>
    /// For a training loop of your own: train, then go on by SGD at a constant rate, and call <see cref="Collect"/> after each epoch.
    /// </summary>
    /// <param name="network">A plain network; it stays yours. Predictions borrow its weights and put them back.</param>
    /// <param name="options">The rank; null is the defaults.</param>
    /// <exception cref="ArgumentException">The network is a wrapper, which keeps its weights itself.</exception>
    /// <exception cref="NotSupportedException">The network has a batch normalization, which is named.</exception>
    public Swag(nn.Module<Tensor, Tensor> network, SwagOptions? options = null)
        : this(network, new SwagMoments(Checked(options).Rank), ownsNetwork: false, likelihood: null)
    {
    }

    private Swag(nn.Module<Tensor, Tensor> network, SwagMoments moments, bool ownsNetwork, string? likelihood)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network is IBayesianNetwork)
            throw new ArgumentException(
                $"A {network.GetType().Name} keeps the weights of its network itself: give the plain network, or use Swag.Train.",
                nameof(network));
        RequireNoStatistics(network);
        (_network, _moments, _ownsNetwork, _likelihood) = (network, moments, ownsNetwork, likelihood);
    }

    /// <summary>The number of weights that were collected along the walk.</summary>
    public int Collected => _moments.Count;

    /// <summary>The rank of the covariance beside its diagonal: how many deviations there are, at most that of the options.</summary>
    public int Rank => _moments.Kept;

    /// <summary>How the training before the walk went; null where the network came trained.</summary>
    public TrainingResult? Training { get; private init; }

    /// <summary>Trains a plain network, whatever is annotated, then walks and collects.</summary>
    /// <remarks>The walk has the batches, the likelihood and the seed of the options; it is by SGD, without checkpoints.</remarks>
    /// <typeparam name="TNetwork">The class of the network.</typeparam>
    /// <param name="create">Builds a network, a new one each time.</param>
    /// <param name="train">The training data.</param>
    /// <param name="options">How to train before the walk.</param>
    /// <param name="swag">The walk and the rank; null is the defaults.</param>
    /// <param name="validation">Evaluated after every epoch of the training, or null.</param>
    /// <param name="cancellation">Ends the running training after its step.</param>
    /// <exception cref="NotSupportedException">The network has a batch normalization, which is named.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static Swag Train<TNetwork>(
        Func<TNetwork> create, BatchSource train, TrainerOptions options, SwagOptions? swag = null, BatchSource? validation = null,
        CancellationToken cancellation = default)
        where TNetwork : nn.Module<Tensor, Tensor>
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        var walk = Checked(swag);
        var moments = new SwagMoments(walk.Rank);
        using var random = TorchRandom.Read();
        try
        {
            torch.random.manual_seed(options.Seed);
            using var model = new DeterministicModel<TNetwork>(create());
            RequireNoStatistics(model.Network);
            TrainingResult training;
            using (var trainer = model.CreateTrainer(options))
                training = trainer.Train(train, validation, cancellation);
            var collector = new Collector(() => moments.Add(Flat(model.Network)));
            using (var trainer = model.CreateTrainer(options with
            {
                Epochs = walk.Epochs,
                LearningRate = walk.LearningRate,
                LearningRateSchedule = null,
                Optimizer = (parameters, rate) => new FlatSgd(parameters, rate, Momentum),
                Checkpoints = null,
                EarlyStopping = null,
                Report = options.Report is { } report ? new ReportChain(report, collector) : collector,
            }))
                trainer.Train(train, validation: null, cancellation);
            return new Swag(model.Distribution(create).Mean(), moments, ownsNetwork: true, model.Arena.NotedLikelihood)
            {
                Training = training,
            };
        }
        catch
        {
            moments.Dispose();
            throw;
        }
        finally
        {
            TorchRandom.Write(random);
        }
    }

    /// <summary>Takes the present weights of the network into the moments.</summary>
    public void Collect()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        _moments.Add(Flat(_network));
    }

    /// <summary>Releases the moments, and the network where <see cref="Train"/> made it.</summary>
    public void Dispose()
    {
        _moments.Dispose();
        if (_ownsNetwork)
            _network.Dispose();
    }

    private protected override int UsualSamples => 30;

    private protected override OutputPool Pool(int samples, PredictionOptions? options)
    {
        if (_moments.Count < 2)
            throw new InvalidOperationException(
                $"SWAG needs the weights of at least two epochs, and has {_moments.Count}: call Collect() after each epoch of the walk.");
        return OutputPool.Of(samples, options, own =>
        {
            if (own.Thresholds is not null)
                throw new ArgumentException("PredictionOptions.Thresholds prunes samples of a variational posterior, and this is none.");
            var layout = new ImageLayout(_network, () => new EvaluationMode(_network), _network.call, own.ChannelsLast);
            return (batch, _, take, cancellation) => Answer(batch, layout, samples, own.Seed, take, cancellation);
        });
    }

    private protected override string? NotedLikelihood() => _likelihood;

    private void Answer(
        Tensor batch, ImageLayout layout, int samples, long seed, Action<Tensor> take, CancellationToken cancellation)
    {
        using var mode = new EvaluationMode(_network);
        var before = Flat(_network);
        try
        {
            var x = layout.Of(batch.to(before.device));
            for (var k = 0; k < samples; k++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var step = NewDisposeScope();
                Write(_moments.Sample(new NoiseSource(DrawSeed.Of(seed, k))));
                take(PosteriorDraws.Output(_network.call, x));
            }
        }
        finally
        {
            Write(before);
        }
    }

    private void Write(Tensor flat)
    {
        long first = 0;
        foreach (var (_, parameter) in _network.named_parameters())
        {
            using var part = flat.narrow(0, first, parameter.numel());
            using var shaped = part.reshape(parameter.shape);
            parameter.copy_(shaped);
            first += parameter.numel();
        }
    }

    /// <summary>The weights one after the other, float64, so that what is put back is what was there to the last bit.</summary>
    private static Tensor Flat(nn.Module network)
    {
        using var _ = no_grad();
        return cat([.. network.named_parameters().Select(entry => entry.parameter.detach().flatten().to(ScalarType.Float64))], 0);
    }

    private static SwagOptions Checked(SwagOptions? options)
    {
        options ??= new SwagOptions();
        options.Validate();
        return options;
    }

    private static void RequireNoStatistics(nn.Module network)
    {
        if (network.named_modules().FirstOrDefault(entry => entry.module is BatchNorm1d or BatchNorm2d or BatchNorm3d) is
            { module: { } layer, name: { } name })
            throw new NotSupportedException(
                $"'{name}' is a {layer.GetType().Name}, whose statistics belong to one set of weights: each sample of SWAG would need a "
                + "pass over the training data. Use LayerNorm or GroupNorm, or a DeepEnsemble.");
    }

    /// <summary>Collects at the end of each epoch.</summary>
    private sealed class Collector(Action collect) : IReport
    {
        public bool NeedsSteps => false;

        public void OnEpoch(EpochResult epoch)
        {
            using var scope = NewDisposeScope();
            collect();
        }
    }
}
