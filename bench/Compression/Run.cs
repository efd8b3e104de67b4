using BayesGen.Compression;
using BayesGen.Data;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Compression;

/// <summary>A Bayesian neural network with the trainer that trains it.</summary>
/// <param name="Model">The network.</param>
/// <param name="Forward">Computes its output.</param>
/// <param name="Trainer">Its trainer.</param>
internal sealed record TrainedNetwork(IBayesianNetwork Model, Func<Tensor, Tensor> Forward, VariationalTrainer Trainer) : IDisposable
{
    /// <summary>Another trainer of the same network.</summary>
    public required Func<TrainerOptions, VariationalTrainer> Again { get; init; }

    /// <summary>A plain network of the same class.</summary>
    public required Func<nn.Module<Tensor, Tensor>> Plain { get; init; }

    /// <summary>Moves a network to where its options say, and makes its trainer.</summary>
    public static TrainedNetwork Of<TModel, TNetwork>(
        TrainerOptions options, TModel model, Func<TNetwork> plain, Func<TModel, TrainerOptions, VariationalTrainer> train)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
        where TNetwork : nn.Module<Tensor, Tensor>
    {
        model.to(options.Device!);
        return new TrainedNetwork(model, model.call, train(model, options)) { Again = again => train(model, again), Plain = plain };
    }

    public void Dispose()
    {
        Trainer.Dispose();
        (Model as IDisposable)?.Dispose();
    }
}

/// <summary>A trained network pruned at one threshold.</summary>
/// <param name="Threshold">The threshold.</param>
/// <param name="Error">The part of the test images that it gets wrong.</param>
/// <param name="Weights">The number of weights.</param>
/// <param name="Kept">The number of those that are left.</param>
/// <param name="Layers">The part that is left, by layer.</param>
internal sealed record Point(double Threshold, double Error, long Weights, long Kept, string Layers)
{
    public double Compression => (double)Weights / Kept;

    public override string ToString() => $"{Threshold:0.##}: {Error:P2} at {Compression:F1} x";
}

/// <summary>One training and what came of it.</summary>
internal sealed class Run : IDisposable
{
    /// <summary>Thresholds that the run is printed at; none is chosen by what it says of the test images.</summary>
    private static readonly double[] Told = [-3, -2, -1, 0, 1];

    private readonly Row _row;
    private readonly TrainedNetwork _network;
    private readonly TensorDataSet _test;
    private readonly TensorDataSet? _validation;
    private readonly Dictionary<double, Point> _points = [];

    /// <param name="row">The recipe.</param>
    /// <param name="network">The network, which belongs to this object from now on.</param>
    /// <param name="test">The test images.</param>
    /// <param name="validation">
    /// Images that took no part in the training, which belong to this object too; null where there are none.
    /// </param>
    /// <param name="duration">How long it trained.</param>
    public Run(Row row, TrainedNetwork network, TensorDataSet test, TensorDataSet? validation, TimeSpan duration)
    {
        (_row, _network, _test, _validation, Seconds) = (row, network, test, validation, duration.TotalSeconds);
        Unpruned = 1 - network.Trainer.Evaluate(test).Accuracy;
    }

    /// <summary>The part of the test images that the whole network gets wrong.</summary>
    public double Unpruned { get; }

    /// <summary>How long it trained.</summary>
    public double Seconds { get; }

    /// <summary>The network with the data that a threshold is chosen on.</summary>
    public SearchedNetwork Searched => new(_network.Model, _network.Forward, _validation!);

    /// <summary>The network at a threshold.</summary>
    public Point At(double threshold)
    {
        if (_points.TryGetValue(threshold, out var known))
            return known;
        var pruned = _network.Trainer.Evaluate(_test, _row.At(threshold));
        return _points[threshold] = new Point(
            threshold,
            1 - pruned.Accuracy,
            pruned.Pruning.BayesianWeights,
            pruned.Pruning.Kept,
            string.Join(", ", pruned.Pruning.Weights.Select(weight => $"{weight.Key} {(double)weight.Kept / weight.Count:P1}")));
    }

    public override string ToString() => $"unpruned {Unpruned:P2}, {Seconds:F0} s; "
        + string.Join(", ", (_row.FixedThreshold is { } only ? [only] : Told).Select(At));

    public void Dispose()
    {
        _network.Dispose();
        _validation?.Dispose();
    }
}
