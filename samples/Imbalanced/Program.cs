// Two payments in a hundred are fraud: how likely is this one, and is it worth a check? See README.md.
using System.Globalization;
using BayesGen;
using BayesGen.Data;
using BayesGen.Likelihoods;
using BayesGen.Prediction;
using ImbalancedSample;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    try
    {
        // What is wrong with the folder is found out before the training, not after it.
        Directory.CreateDirectory(options.Out);
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }

    using var train = Payments.Draw(30_000, seed: 1);
    using var validation = Payments.Draw(10_000, seed: 2);
    using var test = Payments.Draw(20_000, seed: 3);
    var part = train.Targets.mean().item<float>();
    Console.WriteLine($"{train.Count:N0} payments to learn from, {part:P1} of them fraud; {test.Count:N0} others to judge by");

    // Rows: not fraud, fraud. Columns: let through, check.
    var costs = new CostMatrix(new double[,] { { 0, 1 }, { options.Miss, 0 } });
    Console.WriteLine(
        $"a check costs 1, a fraud that is let through {options.Miss}: "
        + $"from a probability of {costs.Threshold:P1} on a check is worth it");
    Result[] results =
    [
        new("as they are", Judged(train, validation, test, Likelihood.Bernoulli())),
        new("fraud counts more", Judged(train, validation, test, Likelihood.Bernoulli(positiveWeight: Math.Round((1 - part) / part)))),
    ];
    Console.WriteLine();
    Console.WriteLine("                           NLL    class                             cost per payment");
    Console.WriteLine("trained on payments     (nats)      ECE   AUROC  PR-AUC     F1    at 50 %   by costs");
    foreach (var result in results)
        Console.WriteLine(result.Line(costs));
    Console.WriteLine($"check none {part * options.Miss:F4}, check all {1 - part:F4}");
    foreach (var result in results)
    {
        Console.WriteLine();
        Console.WriteLine($"{result.Name}: fraud with a probability of ... came true in ...");
        Console.WriteLine(string.Join(", ", result.Reliability().TakeLast(4).Select(bin => $"{bin.Said:P1} / {bin.CameTrue:P1}")));
    }

    Console.WriteLine();
    foreach (var result in results)
        Console.WriteLine($"drawn in {result.Draw(options.Out)}");
    return 0;
}

static ClassEvaluation Judged(TensorDataSet train, TensorDataSet validation, TensorDataSet test, ClassLikelihood likelihood)
{
    torch.random.manual_seed(1);
    using var model = new BayesianFraudNetwork(new FraudNetwork());
    using var trainer = model.CreateTrainer(new TrainerOptions
    {
        Likelihood = likelihood,
        Epochs = 40,
        Seed = 1,
        Metrics = [PredictionMetrics.Of("PR-AUC", likelihood, evaluation => evaluation.AveragePrecision)],
        EarlyStopping = new() { Monitor = CheckpointScore.Metric("PR-AUC"), Patience = 10 },
    });
    var training = trainer.Train(train, validation);
    Console.WriteLine(
        $"{likelihood}: {training.Epochs.Count} epochs, the best was {training.BestEpoch}, {training.Duration.TotalSeconds:F0} s");
    return model.EvaluatePredictions(test, samples: 30);
}
