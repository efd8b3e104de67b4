using BayesGen.Data;
using BayesGen.Datasets;
using BayesGen.Prediction;
using BayesGen.Baselines;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Benchmarks.Defaults;

/// <summary>Networks of several layers: plain, Bayesian from scratch, and Bayesian from the plain one that is trained.</summary>
internal static class Deep
{
    private const int Count = 2_000;

    /// <summary>The tasks.</summary>
    public static IEnumerable<Task> All(int? epochs) =>
    [
        new Task("digits, CNN", seed => Run(
            epochs, seed, () => new ImageReader(), (network, options) => Fit(new BayesianImageReader(network), options))),
        new Task("digits, transformer", seed => Run(
            epochs, seed, () => new RowReader(), (network, options) => Fit(new BayesianRowReader(network), options))),
    ];

    private static string Run<TNetwork>(
        int? epochs, int seed, Func<TNetwork> make, Func<TNetwork, (TrainerOptions, TensorDataSet, TensorDataSet), string> fit)
        where TNetwork : Module<Tensor, Tensor>
    {
        random.manual_seed(seed);
        using var train = SyntheticDigits.Create(Count, seed);
        using var test = SyntheticDigits.Create(2_000, seed + 100);
        var options = new TrainerOptions { Epochs = epochs, Seed = seed };
        using var plain = new DeterministicModel<TNetwork>(make());
        using (var trainer = plain.CreateTrainer(options with { LearningRate = 1e-3 }))
            trainer.Train(train);
        var trained = make();
        trained.load_state_dict(plain.Network.state_dict());
        var (before, warm) = (
            Text(ClassEvaluation.Of(plain.Predict(test.Inputs, samples: 1), Task.Labels(test))), fit(trained, (options, train, test)));
        return $"plain {before}; from it {warm}; from scratch {fit(make(), (options, train, test))}";
    }

    /// <summary>Trains by the defaults; accuracies at the mean after each epoch, then those of draws.</summary>
    private static string Fit<TModel>(TModel model, (TrainerOptions Options, TensorDataSet Train, TensorDataSet Test) task)
        where TModel : Module<Tensor, Tensor>, IBayesianNetwork
    {
        using (model)
        using (var trainer = new VariationalTrainer(model, model.call, new ElboLoss(), task.Options with { Metrics = [Metric.Accuracy] }))
        {
            var result = trainer.Train(task.Train, task.Test);
            var worst = result.Epochs.Min(epoch => epoch.Validation!.Accuracy);
            var evaluation = ClassEvaluation.Of(model.Predict(task.Test.Inputs, samples: 32), Task.Labels(task.Test));
            return FormattableString.Invariant($"{Text(evaluation)} (lowest {worst:P1})");
        }
    }

    private static string Text(ClassEvaluation evaluation) => FormattableString.Invariant(
        $"{evaluation.Accuracy:P2} NLL {evaluation.NegativeLogLikelihood:F3}");
}

/// <summary>Two convolutions and two layers.</summary>
[Bayesian(Gaussian)]
internal sealed class ImageReader : Module<Tensor, Tensor>
{
    private readonly Conv2d first = Conv2d(1, 8, 5);
    private readonly Conv2d second = Conv2d(8, 16, 5);
    private readonly Linear hidden = Linear(16 * 4 * 4, 64);
    private readonly Linear output = Linear(64, 10);

    public ImageReader() : base(nameof(ImageReader)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(functional.relu(first.call(x)), 2);
        x = functional.max_pool2d(functional.relu(second.call(x)), 2);
        return output.call(functional.relu(hidden.call(x.flatten(1))));
    }
}

/// <summary>A transformer that reads an image two rows at a time.</summary>
[Bayesian(Gaussian)]
internal sealed class RowReader : Module<Tensor, Tensor>
{
    private const int Width = 32;

    private readonly Linear rows = Linear(56, Width);
    private readonly Embedding places = Embedding(14, Width);
    private readonly TransformerEncoder encoder = TransformerEncoder(
        TransformerEncoderLayer(Width, nhead: 4, dim_feedforward: 64, dropout: 0), 2);
    private readonly Linear output = Linear(Width, 10);

    public RowReader() : base(nameof(RowReader)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var tokens = rows.call(x.view(-1, 14, 56)) + places.call(arange(14, dtype: ScalarType.Int64, device: x.device));
        return output.call(encoder.call(tokens.transpose(0, 1), null, null).mean([0]));
    }
}
