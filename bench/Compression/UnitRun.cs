using BayesGen.Compression;
using BayesGen.Data;
using BayesGen.Pruning;
using BayesGen.Reporting;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Compression;

/// <summary>One training on units, and what is left of the network after pruning, fine-tuning and rounding.</summary>
internal sealed class UnitRun : IDisposable
{
    /// <summary>Judges roundings by the likelihood, as an evaluation does that measures no accuracy.</summary>
    private static readonly EvaluationOptions Likelihoods = new()
    {
        Metrics = [Metric.Loss((output, target) => nn.functional.cross_entropy(output, target, reduction: nn.Reduction.None))],
    };

    private readonly TrainedNetwork _network;
    private readonly TensorDataSet _train;
    private readonly TensorDataSet _validation;
    private readonly TensorDataSet _test;

    /// <param name="network">The network, which belongs to this object from now on.</param>
    /// <param name="train">The images that it was trained on, which belong to this object.</param>
    /// <param name="validation">Images that took no part in the training, which belong to this object.</param>
    /// <param name="test">The images that it is measured on.</param>
    /// <param name="duration">How long it trained.</param>
    public UnitRun(TrainedNetwork network, TensorDataSet train, TensorDataSet validation, TensorDataSet test, TimeSpan duration)
    {
        (_network, _train, _validation, _test, Seconds) = (network, train, validation, test, duration.TotalSeconds);
        Unpruned = ErrorOf(_network.Forward);
    }

    /// <summary>The part of the images that the whole network gets wrong.</summary>
    public double Unpruned { get; }

    /// <summary>The same after pruning.</summary>
    public double Masked { get; private set; }

    /// <summary>The same after fine-tuning.</summary>
    public double FineTuned { get; private set; }

    /// <summary>The same with rounded weights.</summary>
    public double Rounded { get; private set; }

    /// <summary>How long it trained, fine-tuning included.</summary>
    public double Seconds { get; private set; }

    /// <summary>What is left.</summary>
    public PrunedStructure Structure { get; private set; } = new([]);

    /// <summary>The bytes of all weights as floats over those of one file that loads and answers.</summary>
    public double Maximum { get; private set; }

    /// <summary>The network with the data that a threshold is chosen on.</summary>
    public SearchedNetwork Searched => new(_network.Model, _network.Forward, _validation);

    /// <summary>Prunes, fine-tunes and rounds.</summary>
    /// <param name="threshold">The threshold on the score of units.</param>
    /// <param name="row">The recipe.</param>
    /// <param name="seed">The seed of the training.</param>
    public void Finish(double threshold, UnitRow row, int seed)
    {
        using (var example = _test.Inputs.narrow(0, 0, 1))
            Structure = _network.Model.Prune(threshold, example).Structure!;
        Masked = FineTuned = ErrorOf(_network.Forward);
        if (row.FineTuning > 0)
        {
            using var tuning = _network.Again(row.FineTuningOptions(seed) with { Device = _train.Device });
            Seconds += tuning.Train(_train).Duration.TotalSeconds;
            FineTuned = ErrorOf(_network.Forward);
        }

        using var rounding = _network.Plain();
        rounding.to(_train.Device);
        rounding.eval();
        var bits = _network.Model.ChooseBits(rounding, _validation, row.RoundingCost, evaluation: Likelihoods).Bits;
        var path = Path.GetTempFileName();
        File.Delete(path);
        try
        {
            _network.Model.SaveCompressed(path, bits);
            // Of weights alone, as in the papers; the file has the biases too.
            Maximum = 4.0 * Structure.Weights / new FileInfo(path).Length;
            using var plain = CompressedNetwork.Load(path, _network.Plain());
            plain.to(_train.Device);
            plain.eval();
            Rounded = ErrorOf(plain.call);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public override string ToString() =>
        $"{Structure}, {Structure.WeightRatio:F1} x fewer weights, {Structure.MacRatio:F1} x fewer multiplications, {Maximum:F0} x fewer "
        + $"bytes; error {Unpruned:P2} whole, {Masked:P2} pruned, {FineTuned:P2} fine-tuned, {Rounded:P2} rounded; {Seconds:F0} s";

    public void Dispose()
    {
        _network.Dispose();
        _validation.Dispose();
        _train.Dispose();
    }

    private double ErrorOf(Func<Tensor, Tensor> forward)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        const int Batch = 1000;
        long wrong = 0;
        for (long start = 0; start < _test.Count; start += Batch)
        {
            var count = Math.Min(Batch, _test.Count - start);
            var answers = forward(_test.Inputs.narrow(0, start, count)).argmax(1);
            wrong += answers.ne(_test.Targets.narrow(0, start, count)).sum().item<long>();
        }

        return (double)wrong / _test.Count;
    }
}
