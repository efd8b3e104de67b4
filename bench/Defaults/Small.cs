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

/// <summary>Little data: a few batches make an epoch.</summary>
internal static class Small
{
    private static readonly string[] Names = ["yacht", "energy", "concrete"];

    /// <summary>The first split of small tables.</summary>
    public static IEnumerable<Task> Tables(string? directory, int? epochs) => directory is null
        ? []
        : Names.Select(name => new Task(name, seed => Table(TableSet.Read(directory, name), epochs, seed)));

    /// <summary>What needs no files.</summary>
    public static IEnumerable<Task> All(int? epochs) =>
    [
        new Task("sine, LSTM", seed => Series(epochs, seed)),
        new Task("1,500 digits", seed => Digits(epochs, seed)),
    ];

    private static string Table(TableSet set, int? epochs, int seed)
    {
        random.manual_seed(seed);
        var rows = set.Split(split: 0, isValidation: false);
        using var train = set.DataOf(rows.Train);
        using var test = set.DataOf(rows.Test);
        var scale = Standardize.Fit(train);
        using var scaled = scale.Apply(train);
        using var inputs = scale.Inputs(test.Inputs);
        using var model = new BayesianTableReader(new TableReader((int)train.Inputs.shape[1]));
        var steps = Train(model.CreateTrainer(Options(epochs, seed) with { Likelihood = Likelihood.LearnedGaussian }), scaled);
        return steps + Judged(scale.InUnits(model.PredictRegression(inputs, samples: 200)), set.TargetsOf(rows.Test));
    }

    private static string Series(int? epochs, int seed)
    {
        random.manual_seed(seed);
        using var train = Waves(240);
        using var test = Waves(500);
        using var model = new BayesianSeriesReader(new SeriesReader());
        var steps = Train(model.CreateTrainer(Options(epochs, seed) with { Likelihood = Likelihood.LearnedGaussian }), train);
        return steps + Judged(
            model.PredictRegression(test.Inputs, samples: 100), [.. test.Targets.data<float>().Select(target => new[] { (double)target })]);
    }

    private static string Digits(int? epochs, int seed)
    {
        random.manual_seed(seed);
        using var train = SyntheticDigits.Create(1_500, seed);
        using var test = SyntheticDigits.Create(2_000, seed + 100);
        using var model = new BayesianDigitReader(new DigitReader());
        var steps = Train(model.CreateTrainer(Options(epochs, seed)), train);
        var evaluation = ClassEvaluation.Of(
            model.Predict(test.Inputs, samples: 32), Task.Labels(test));
        return steps + FormattableString.Invariant(
            $"accuracy {evaluation.Accuracy:P2}  NLL {evaluation.NegativeLogLikelihood:F4}  ECE {evaluation.ExpectedCalibrationError:F4}");
    }

    private static TrainerOptions Options(int? epochs, int seed) => new() { Epochs = epochs, Seed = seed };

    private static string Train(VariationalTrainer trainer, TensorDataSet train)
    {
        using (trainer)
            return $"{trainer.Train(train).Epochs.Count,4} epochs  ";
    }

    /// <summary>Twenty places of a sine with noise 0.15, and the next one.</summary>
    private static TensorDataSet Waves(int count)
    {
        using var scope = NewDisposeScope();
        var start = rand(count, 1, dtype: ScalarType.Float32, device: CPU) * (float)(2 * Math.PI);
        var wave = (start + arange(21, dtype: ScalarType.Float32, device: CPU) * 0.4f).sin();
        wave = wave + randn(count, 21, dtype: ScalarType.Float32, device: CPU) * 0.15f;
        return new TensorDataSet(
            wave.narrow(1, 0, 20).unsqueeze(-1).clone().MoveToOuterDisposeScope(), wave.narrow(1, 20, 1).clone().MoveToOuterDisposeScope());
    }

    private static string Judged(RegressionPrediction prediction, IReadOnlyList<double[]> targets)
    {
        var evaluation = RegressionEvaluation.Of(prediction, targets, [0.5, 0.95]);
        return FormattableString.Invariant(
            $"NLL {evaluation.NegativeLogLikelihood,8:F4}  RMSE {evaluation.RootMeanSquaredError,8:F4}")
            + string.Concat(evaluation.Intervals.Select(interval => FormattableString.Invariant(
                $"  {interval.Level:P0} covers {interval.Coverage:P1}, width {interval.MeanWidth:F3}")));
    }
}

/// <summary>One hidden layer, one noise for all rows.</summary>
internal abstract class TableNetwork : Module<Tensor, Tensor>
{
    private readonly Linear hidden;
    private readonly Linear output;
    private readonly Parameter logSigma = GaussianNoise.LogSigma(outputs: 1);

    protected TableNetwork(int columns, string name) : base(name)
    {
        hidden = Linear(columns, 50);
        output = Linear(50, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => GaussianNoise.Join(output.call(functional.relu(hidden.call(x))), logSigma);
}

/// <summary>Weights are drawn.</summary>
[Bayesian(Gaussian)]
internal sealed class TableReader(int columns) : TableNetwork(columns, nameof(TableReader));

/// <summary>Outputs are drawn.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local)]
internal sealed class LocalTableReader(int columns) : TableNetwork(columns, nameof(LocalTableReader));

/// <summary>Reads a series and tells its next place.</summary>
[Bayesian(Gaussian)]
internal sealed class SeriesReader : Module<Tensor, Tensor>
{
    private readonly LSTM memory = LSTM(1, 24, batchFirst: true);
    private readonly Linear output = Linear(24, 1);
    private readonly Parameter logSigma = GaussianNoise.LogSigma(outputs: 1);

    public SeriesReader() : base(nameof(SeriesReader)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var (all, _, _) = memory.call(x);
        return GaussianNoise.Join(output.call(all.select(1, -1)), logSigma);
    }
}

/// <summary>One hidden layer.</summary>
[Bayesian(Gaussian)]
internal sealed class DigitReader : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(28 * 28, 64);
    private readonly Linear output = Linear(64, 10);

    public DigitReader() : base(nameof(DigitReader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(functional.relu(hidden.call(x.flatten(1))));
}
