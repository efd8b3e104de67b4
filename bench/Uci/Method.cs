using BayesGen.Data;
using BayesGen.Optimizers;
using BayesGen.Prediction;
using BayesGen.Training;
using BayesGen.Variational;

namespace BayesGen.Benchmarks.Uci;

/// <summary>What a method has learned: predictions on the scale of the training.</summary>
/// <param name="x">Inputs on that scale.</param>
public delegate RegressionPrediction TablePredictor(Tensor x);

/// <summary>A method: trains on standardized rows and hands a predictor to whoever asks. One setting for all sets.</summary>
public static class Method
{
    private const int Samples = 200;
    private const int Members = 5;
    private const double DropoutRate = 0.02;

    private static readonly Dictionary<string, Action<TensorDataSet, Setting, int, Action<TablePredictor>>> All = new()
    {
        ["variational"] = Variational,
        ["ivon"] = Ivon,
        ["renyi"] = Renyi,
        ["laplace"] = Laplace,
        ["ensemble"] = Ensemble,
        ["dropout"] = Dropout,
    };

    /// <summary>The methods in the order of the table.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    /// <summary>Trains by a method.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="train">Standardized rows.</param>
    /// <param name="setting">How long.</param>
    /// <param name="seed">The seed of weights, noise and order.</param>
    /// <param name="use">Uses the predictor; then all that was learned is let go.</param>
    public static void Train(string method, TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        random.manual_seed(seed);
        All[method](train, setting, seed, use);
    }

    private static TrainerOptions Options(Setting setting, int seed, double steps) => new()
    {
        Epochs = setting.Epochs(steps),
        BatchSize = setting.BatchSize,
        FitLoss = FitLoss.LearnedGaussian,
        ElboSamples = 0,
        Seed = seed,
        ManageMemory = false,
    };

    private static void Variational(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var model = new BayesianLocalTable(new LocalTable(setting.Columns, setting.Width));
        using var trainer = model.CreateTrainer(Options(setting, seed, steps: 15_000));
        trainer.Train(train);
        use(x => model.Predict(x, GaussianNoise.Learned, Samples));
    }

    private static void Ivon(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var model = new BayesianDrawnTable(new DrawnTable(setting.Columns, setting.Width));
        using var trainer = model.CreateIvonTrainer(Options(setting, seed, steps: 15_000));
        trainer.Train(train);
        use(x => model.Predict(x, GaussianNoise.Learned, Samples));
    }

    private static void Renyi(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var model = new BayesianDrawnTable(new DrawnTable(setting.Columns, setting.Width));
        using var trainer = model.CreateTrainer(new RenyiLoss(0.5), Options(setting, seed, steps: 5_000) with { Samples = 4 });
        trainer.Train(train);
        use(x => model.Predict(x, GaussianNoise.Learned, Samples));
    }

    private static void Laplace(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var plain = new DeterministicModel<DrawnTable>(new DrawnTable(setting.Columns, setting.Width));
        using (var trainer = plain.CreateTrainer(Decayed(Options(setting, seed, steps: 10_000))))
            trainer.Train(train);
        using var model = new BayesianDrawnTable(plain.Distribution(() => new DrawnTable(setting.Columns, setting.Width)).Mean());
        using var laplace = model.FitLaplace(train, new LaplaceOptions { Noise = GaussianNoise.Learned, FitNoise = true });
        use(x => laplace.Predict(x, GaussianNoise.Learned));
    }

    private static void Ensemble(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var ensemble = DeepEnsemble.Train(
            () => new NoisyTable(setting.Columns, setting.Width), train, Decayed(Options(setting, seed, steps: 4_000)), Members);
        use(x => ensemble.Predict(x, GaussianNoise.Learned));
    }

    private static void Dropout(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var model = new DeterministicModel<DropoutTable>(new DropoutTable(setting.Columns, setting.Width, DropoutRate));
        using (var trainer = model.CreateTrainer(Decayed(Options(setting, seed, steps: 10_000))))
            trainer.Train(train);
        use(x => new MonteCarloDropout(model).Predict(x, GaussianNoise.Learned, Samples));
    }

    private static TrainerOptions Decayed(TrainerOptions options) => options with
    {
        Optimizer = static (parameters, rate) => new FlatAdamW(parameters, rate, weight_decay: 1e-3),
    };
}
