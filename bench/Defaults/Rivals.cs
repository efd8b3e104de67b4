using BayesGen.Baselines;
using BayesGen.Benchmarks.Uci;
using BayesGen.Data;
using BayesGen.Datasets;
using BayesGen.Likelihoods;
using BayesGen.Prediction;
using BayesGen.Tables;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Benchmarks.Defaults;

/// <summary>IVON and Adam, both as they come, on the same network and data: negative log-likelihoods of predictions.</summary>
internal static class Rivals
{
    /// <summary>The tasks; the table only where the folder is given.</summary>
    public static IEnumerable<Task> All(string? directory)
    {
        var few = new TrainerOptions { Epochs = 6, BatchSize = 64 };
        yield return new Task("IVON, 700 rows", seed => Numbers(Rows(700), Rows(1_000), few, seed));
        if (directory is not null)
            yield return new Task("IVON, energy", seed => Table(TableSet.Read(directory, "energy"), seed));
        yield return new Task("IVON, trained CNN", Images);
        yield return new Task("IVON, 1,500 digits", Digits);
    }

    private static string Table(TableSet set, int seed)
    {
        var rows = set.Split(split: 0, isValidation: false);
        using var train = set.DataOf(rows.Train);
        using var test = set.DataOf(rows.Test);
        var scale = Standardize.Fit(train);
        return Numbers(scale.Apply(train), scale.Apply(test), new TrainerOptions { Epochs = 30 }, seed);
    }

    private static string Numbers(TensorDataSet train, TensorDataSet test, TrainerOptions options, int seed)
    {
        options = options with { Likelihood = Likelihood.LearnedGaussian, Seed = seed };
        List<double[]> targets = [.. test.Targets.to(ScalarType.Float64).data<double>().Select(target => new[] { target })];
        using (train)
        using (test)
            return Both(seed, () => new BayesianLocalTableReader(new LocalTableReader((int)train.Inputs.shape[1])), train,
                (model, isIvon) => isIvon ? model.CreateIvonTrainer(options) : model.CreateTrainer(options),
                model => RegressionEvaluation.Of(model.PredictRegression(test.Inputs, samples: 100), targets).NegativeLogLikelihood);
    }

    private static string Images(int seed)
    {
        random.manual_seed(seed);
        using var train = SyntheticDigits.Create(6_000, seed);
        using var test = SyntheticDigits.Create(2_000, seed + 100);
        using var plain = new DeterministicModel<ImageReader>(new ImageReader());
        using (var trainer = plain.CreateTrainer(new TrainerOptions { Epochs = 8, LearningRate = 1e-3, Seed = seed }))
            trainer.Train(train);
        var options = new TrainerOptions { Epochs = 2, Seed = seed };
        return Both(seed, Trained, train, (model, isIvon) => isIvon ? model.CreateIvonTrainer(options) : model.CreateTrainer(options),
            model => ClassEvaluation.Of(model.Predict(test.Inputs, samples: 32), Task.Labels(test)).NegativeLogLikelihood);

        BayesianImageReader Trained()
        {
            var network = new ImageReader();
            network.load_state_dict(plain.Network.state_dict());
            return new BayesianImageReader(network);
        }
    }

    private static string Digits(int seed)
    {
        using var train = SyntheticDigits.Create(1_500, seed);
        using var test = SyntheticDigits.Create(2_000, seed + 100);
        var options = new TrainerOptions { Epochs = 24, Seed = seed };
        return Both(seed, () => new BayesianDigitReader(new DigitReader()), train,
            (model, isIvon) => isIvon ? model.CreateIvonTrainer(options) : model.CreateTrainer(options),
            model => ClassEvaluation.Of(model.Predict(test.Inputs, samples: 32), Task.Labels(test)).NegativeLogLikelihood);
    }

    private static string Both<TModel>(
        int seed, Func<TModel> make, TensorDataSet train, Func<TModel, bool, VariationalTrainer> trainer, Func<TModel, double> judge)
        where TModel : IDisposable
    {
        double[] figures = [.. ((bool[])[true, false]).Select(isIvon =>
        {
            random.manual_seed(seed);
            using var model = make();
            using (var running = trainer(model, isIvon))
                running.Train(train);
            return judge(model);
        })];
        return FormattableString.Invariant($"NLL {figures[0],8:F4} by IVON, {figures[1],8:F4} by Adam");
    }

    /// <summary>Eight inputs, a smooth function of some, and noise of a third of its size.</summary>
    private static TensorDataSet Rows(int count)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)count, CPU);
        var x = randn([count, 8], ScalarType.Float32, CPU, generator: generator);
        var y = (x.narrow(1, 0, 1) * 2).sin() + x.narrow(1, 1, 1) * x.narrow(1, 2, 1) * 0.7f;
        return new TensorDataSet(x, y + randn([count, 1], ScalarType.Float32, CPU, generator: generator) * 0.33f);
    }
}
