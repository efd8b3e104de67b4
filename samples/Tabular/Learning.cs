using BayesGen;
using BayesGen.Baselines;
using BayesGen.Conformal;
using BayesGen.Tables;
using TorchSharp;

namespace TabularSample;

/// <summary>Trains the Bayesian neural network and, beside it, the plain one of the same class.</summary>
/// <param name="Model">The Bayesian one, with all that an answer takes.</param>
/// <param name="Training">How it was trained.</param>
/// <param name="Bayesian">What it is worth.</param>
/// <param name="Plain">What the plain one is worth.</param>
public sealed record Learning(TableModel Model, TrainingResult Training, Judged Bayesian, Judged Plain) : IDisposable
{
    /// <summary>Trains both on the rows to learn from, calibrates and judges both.</summary>
    public static Learning Of(Rows rows, Options options)
    {
        // Categories that are rare may be the same in all rows that are learned: 0 then.
        var scale = Standardize.Fit(rows.Train, new StandardizeOptions { Columns = rows.Encoding.Names(), AllowConstant = true });
        using var train = scale.Apply(rows.Train);
        var trainerOptions = new TrainerOptions
        {
            Epochs = options.Epochs,
            BatchSize = 50,
            LearningRate = 5e-3,
            FitLoss = FitLoss.LearnedGaussian,
            ElboSamples = 0,
            Seed = options.Seed,
        };
        torch.random.manual_seed(options.Seed);
        using var plain = new DeterministicModel<TableNetwork>(new TableNetwork(scale.InputMeans.Count));
        using (var trainer = plain.CreateTrainer(trainerOptions))
            trainer.Train(train);

        torch.random.manual_seed(options.Seed);
        var model = new BayesianTableNetwork(new TableNetwork(scale.InputMeans.Count));
        using var bayesian = model.CreateTrainer(trainerOptions);
        var training = bayesian.Train(train);
        var judged = Judge("Bayesian", inputs => TableModel.Predict(model, scale, inputs));
        return new Learning(
            new TableModel(model, rows.Encoding, scale, judged.Intervals), training, judged.Judged,
            Judge("plain", inputs => TableModel.Predict(plain, scale, inputs)).Judged);

        (ConformalIntervals Intervals, Judged Judged) Judge(string name, Func<torch.Tensor, RegressionPrediction> predict)
        {
            var intervals = ConformalIntervals.Calibrate(
                RegressionEvaluation.Of(predict(rows.Calibration.Inputs), rows.Calibration),
                new ConformalIntervalOptions { Coverage = TabularSample.Judged.Coverage });
            return (intervals, TabularSample.Judged.Of(name, predict(rows.Test.Inputs), intervals, rows));
        }
    }

    public void Dispose() => Model.Dispose();
}
