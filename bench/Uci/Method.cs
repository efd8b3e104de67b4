using BayesGen.Data;
using BayesGen.Prediction;
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
    private const int DrawsOfRenyi = 4;
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

    private static void Variational(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var model = new BayesianLocalTable(new LocalTable(setting.Columns, setting.Width));
        Recipe.Run(train, setting, seed, setting.Steps, (options, _) => model.CreateTrainer(options));
        use(x => model.Predict(x, GaussianNoise.Learned, Samples));
    }

    private static void Ivon(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var model = new BayesianDrawnTable(new DrawnTable(setting.Columns, setting.Width));
        Recipe.Run(train, setting, seed, setting.Steps, (options, continues) =>
            model.CreateIvonTrainer(options, continues ? new IvonOptions { InitialCurvature = null } : null));
        use(x => model.Predict(x, GaussianNoise.Learned, Samples));
    }

    private static void Renyi(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var model = new BayesianDrawnTable(new DrawnTable(setting.Columns, setting.Width));
        Recipe.Run(train, setting, seed, setting.Steps / 2, (options, _) =>
            model.CreateTrainer(new RenyiLoss(0.5), options with { Samples = DrawsOfRenyi }));
        use(x => model.Predict(x, GaussianNoise.Learned, Samples));
    }

    private static void Laplace(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var plain = new DeterministicModel<DrawnTable>(new DrawnTable(setting.Columns, setting.Width));
        Recipe.Run(train, setting, seed, setting.Steps, (options, _) => plain.CreateTrainer(Recipe.Decayed(options)));
        using var model = new BayesianDrawnTable(plain.Distribution(() => new DrawnTable(setting.Columns, setting.Width)).Mean());
        using var laplace = model.FitLaplace(train, new LaplaceOptions { Noise = GaussianNoise.Learned });
        use(x => laplace.Predict(x, GaussianNoise.Learned));
    }

    private static void Ensemble(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        var members = new List<DeterministicModel<TableNetwork>>();
        for (var i = 0; i < Members; i++)
        {
            var member = new DeterministicModel<TableNetwork>(new TableNetwork(setting.Columns, setting.Width));
            members.Add(member);
            Recipe.Run(
                train, setting, seed * Members + i, setting.Steps / 2, (options, _) => member.CreateTrainer(Recipe.Decayed(options)));
        }

        using var ensemble = new DeepEnsemble(members);
        use(x => ensemble.Predict(x, GaussianNoise.Learned));
    }

    private static void Dropout(TensorDataSet train, Setting setting, int seed, Action<TablePredictor> use)
    {
        using var model = new DeterministicModel<DropoutTable>(new DropoutTable(setting.Columns, setting.Width, DropoutRate));
        Recipe.Run(train, setting, seed, setting.Steps, (options, _) => model.CreateTrainer(Recipe.Decayed(options)));
        use(x => new MonteCarloDropout(model).Predict(x, GaussianNoise.Learned, Samples));
    }
}
