using System.Diagnostics;
using BayesGen.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>What is beside the step: batches, evaluation, prediction.</summary>
internal static class DataTable
{
    private const int Examples = 10_000;

    public static void Print(Settings settings)
    {
        using var scope = NewDisposeScope();
        using var data = new TensorDataSet(
            rand([Examples, 1, 28, 28], dtype: ScalarType.Float32, device: settings.Device),
            randint(10, [Examples], dtype: ScalarType.Int64, device: settings.Device));
        using var model = new BayesianGaussianClassifier(new());
        model.to(settings.Device);
        using var trainer = model.CreateTrainer(new TrainerOptions { Metrics = [Metric.Accuracy], ElboSamples = 0, BatchSize = 100 });
        using var plain = new Classifier();
        plain.to(settings.Device);
        Console.WriteLine();
        Console.WriteLine($"| {Examples:N0} examples, guide's network | ms | us an example |");
        Console.WriteLine("|---|---|---|");
        Line("one epoch of shuffled batches of 100", () => Walk(data), settings);

        // Before anything that keeps the memory of the process, and again after it.
        Line("the plain network over them, no gradients", () => Run(plain, data), settings);
        Line("Evaluate at the mean", () => trainer.Evaluate(data), settings);
        Line("Evaluate, pruned at a threshold", () => trainer.Evaluate(data, 0.0), settings);
        Line("Predict, 10 draws", () => model.Predict(data.Inputs, samples: 10), settings);
        Line("the plain network again", () => Run(plain, data), settings);
    }

    private static void Line(string name, Action work, Settings settings)
    {
        work();
        var times = Enumerable.Range(0, Math.Max(3, settings.Repetitions / 2)).Select(_ =>
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            work();
            return clock.Elapsed.TotalMilliseconds;
        });
        var median = Medians.Median(times);
        Console.WriteLine($"| {name} | {median:F1} | {median * 1e3 / Examples:F2} |");
    }

    private static void Walk(TensorDataSet data)
    {
        foreach (var (inputs, targets) in data.Batches(100))
        {
            inputs.Dispose();
            targets.Dispose();
        }
    }

    private static void Run(nn.Module<Tensor, Tensor> network, TensorDataSet data)
    {
        using var _ = no_grad();
        network.eval();
        foreach (var (inputs, targets) in data.Batches(100, shuffle: false))
        {
            using var step = NewDisposeScope();
            step.Attach(inputs, targets);
            network.call(inputs);
        }

        DeviceQueue.Wait(data.Inputs);
    }
}
