using BayesGen.Data;
using BayesGen.Mpi;
using BayesGen.Optimizers;
using BayesGen.Prediction;
using TorchSharp.Modules;

namespace BayesGen.Tests.Mpi;

/// <summary>
/// The same training by one process and by ranks in shards, in double precision: no noise of it belongs to examples, so that they differ by
/// the order of their sums alone.
/// </summary>
internal static class NearbyTraining
{
    private const int Examples = 27;

    public static void Compare(MpiGroup group)
    {
        Compare(group, "elbo", false, (model, options) => model.CreateTrainer(options));
        Compare(group, "IVON", false, (model, options) => model.CreateIvonTrainer(options));
        Compare(group, "renyi", false, (model, options) => model.CreateTrainer(new RenyiLoss(0.5), options with { Samples = 3 }));
        Compare(group, "learned noise", true, (model, options) => model.CreateTrainer(options with
        {
            FitLoss = FitLoss.LearnedGaussian,
            Samples = 2,
            Antithetic = true,
            Metrics = [],
        }));
    }

    private static void Compare(
        MpiGroup group, string name, bool learnsNoise, Func<BayesianSmooth, TrainerOptions, BayesGen.Training.VariationalTrainer> make)
    {
        var options = new TrainerOptions
        {
            Epochs = 2,
            BatchSize = 8,
            Seed = 7,
            LearningRate = 1e-2,
            FitLoss = FitLoss.SquaredError,
            Metrics = [new Metric("error", (output, target) => (output - target).abs().squeeze(1))],
            Optimizer = (parameters, rate) => new FlatSgd(parameters, rate, momentum: 0.9),
        };
        var alone = After(learnsNoise, model => make(model, options));
        var shared = After(learnsNoise, model => make(model, options.Distribute(group)));

        // Far above what another order of sums does, and far below what another sample or another weight of a divergence does.
        var isNear = alone.Zip(shared).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-9 * (1 + Math.Abs(pair.First)));
        if (group.Rank == 0)
            Console.WriteLine($"near {name}: {isNear && alone.Length == shared.Length}");
    }

    /// <summary>The numbers of the last epoch, and all of the state.</summary>
    private static double[] After(bool learnsNoise, Func<BayesianSmooth, BayesGen.Training.VariationalTrainer> make)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(11);
        using var model = new BayesianSmooth(new Smooth(learnsNoise));
        model.to(ScalarType.Float64);
        using var data = new TensorDataSet(rand([Examples, 6], dtype: ScalarType.Float64), rand([Examples, 1], dtype: ScalarType.Float64));
        using var trainer = make(model);
        var last = trainer.Train(data).Epochs[^1];
        return
        [
            last.Fit, last.Divergence, last.Total, .. last.Metrics.Values,
            .. model.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .SelectMany(entry => entry.Value.detach().to(ScalarType.Float64).flatten().data<double>().ToArray()),
        ];
    }
}

/// <summary>Weights with and without a posterior, and nothing that is not smooth.</summary>
internal sealed class Smooth : nn.Module<Tensor, Tensor>
{
    [Bayesian(Family.Gaussian)] private readonly Linear first = nn.Linear(6, 8);
    private readonly Linear second = nn.Linear(8, 5);
    [Bayesian(Family.Gaussian)] private readonly Linear third = nn.Linear(5, 1);
    private readonly Parameter logSigma = GaussianNoise.LogSigma();
    private readonly bool learnsNoise;

    public Smooth(bool learnsNoise) : base(nameof(Smooth))
    {
        this.learnsNoise = learnsNoise;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var output = third.call(second.call(first.call(x).tanh()).tanh());
        return learnsNoise ? GaussianNoise.Join(output, logSigma) : output;
    }
}
