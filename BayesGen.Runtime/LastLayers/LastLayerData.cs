using BayesGen.Data;
using BayesGen.Laplace;
using BayesGen.Parameters;
using BayesGen.Prediction;
using BayesGen.Training;

namespace BayesGen.LastLayers;

/// <summary>What goes into the last layer for every example, computed once, and the targets.</summary>
/// <param name="layer">The layer.</param>
/// <param name="features">[N, in] as the layer gets them.</param>
/// <param name="targets">Class numbers [N], or numbers [N, D] float64.</param>
/// <param name="means">The weights that were trained, [out, in], float64, with the bias as the last column.</param>
internal sealed class LastLayerData(LaplaceLayer layer, Tensor features, Tensor targets, Tensor means) : IDisposable
{
    /// <summary>What is in memory of an intermediate result is a block of rows.</summary>
    private const int BlockRows = 4096;

    public long Examples => features.shape[0];

    /// <summary>The weights that were trained, [out, in].</summary>
    public Tensor Means => means;

    /// <summary>
    /// Hands over blocks of features, [n, in] float64 with a 1 for the bias, and targets, in a dispose scope for each: what is made of one
    /// block is gone before the next.
    /// </summary>
    /// <param name="take">Takes features and targets.</param>
    /// <param name="cancellation">Ends it between two blocks.</param>
    public void Read(Action<Tensor, Tensor> take, CancellationToken cancellation)
    {
        for (long first = 0; first < Examples; first += BlockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var count = Math.Min(BlockRows, Examples - first);
            take(layer.Augmented(features.narrow(0, first, count)), targets.narrow(0, first, count));
        }
    }

    public void Dispose()
    {
        features.Dispose();
        targets.Dispose();
        means.Dispose();
    }

    /// <summary>Runs the data through the network once.</summary>
    /// <exception cref="NotSupportedException">The outputs of the network are not those of the layer.</exception>
    public static LastLayerData Of(
        IBayesianNetwork model, Func<Tensor, Tensor> forward, LaplaceLayer layer, BatchSource data, VariationalLastLayerOptions options,
        CancellationToken cancellation)
    {
        var arena = model.Arena;
        using var turn = arena.TakeTurn();
        using var weights = arena.Lease.Override("fit a variational last layer");
        using var mode = model.InEvaluationMode();
        weights.Write(WeightState.Mean);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var signals = new LayerSignals([layer]);
        var features = new List<Tensor>();
        var targets = new List<Tensor>();
        foreach (var (inputs, wanted) in data.Batches(options.BatchSize, shuffle: false, seed: 0, epoch: 0))
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                using var batch = NewDisposeScope();
                signals.Run(input => PosteriorDraws.Output(forward, input), inputs.to(arena.Device));
                RequireLast(signals, layer);
                features.Add(signals.Plain(0).clone().MoveToOuterDisposeScope());
                var own = options.Noise is null ? Classes(signals.Outputs, wanted) : Numbers(signals.Outputs, wanted, layer);
                targets.Add(own.MoveToOuterDisposeScope());
            }
            finally
            {
                BatchForward.LetGo(data, (inputs, wanted));
            }
        }

        if (features.Count == 0)
            throw new ArgumentException("The data is empty: there is nothing to fit.", nameof(data));
        return new LastLayerData(
            layer, cat(features, 0).DetachFromDisposeScope(), cat(targets, 0).DetachFromDisposeScope(),
            layer.Weights().DetachFromDisposeScope());
    }

    /// <summary>Checks that the network puts out what the layer does.</summary>
    public static void RequireLast(LayerSignals signals, LaplaceLayer layer)
    {
        if (!signals.AreOutputsOfLayer)
            throw new NotSupportedException(
                $"The outputs of the network are not those of its layer '{layer.Key}': something follows the layer, or another is the "
                + "last. Give LastLayerModel the name of the last one, or fit a Laplace approximation, which takes any layer.");
    }

    private static Tensor Classes(Tensor outputs, Tensor targets)
    {
        if (outputs.shape[1] < 2)
            throw new InvalidOperationException(
                $"The network gave an output of shape [{string.Join(", ", outputs.shape)}]; classes need logits [N, C]. "
                + "For a regression set VariationalLastLayerOptions.Noise.");
        var classes = PlainNumbers.Classes(targets);
        var last = (int)outputs.shape[1] - 1;
        return classes.Length == outputs.shape[0] && !Array.Exists(classes, number => number < 0 || number > last)
            ? targets.to(ScalarType.Int64).to(outputs.device, copy: true)
            : throw new ArgumentException(
                $"Targets are class numbers 0 to {last}, one for each of {outputs.shape[0]} examples, and there are {classes.Length} from "
                + $"{classes.Min()} to {classes.Max()}.", nameof(targets));
    }

    /// <summary>Targets less what is known of the outputs: a bias without a posterior.</summary>
    private static Tensor Numbers(Tensor outputs, Tensor targets, LaplaceLayer layer)
    {
        var wanted = targets.to(ScalarType.Float64).to(outputs.device);
        if (wanted.dim() == 1)
            wanted = wanted.unsqueeze(1);
        if (!wanted.shape.AsSpan().SequenceEqual(outputs.shape))
            throw new ArgumentException(
                $"Targets of shape [{string.Join(", ", targets.shape)}] do not fit outputs [{string.Join(", ", outputs.shape)}]: one for "
                + "each output.", nameof(targets));
        if (!wanted.isfinite().all().item<bool>())
            throw new ArgumentException("Targets are NaN or infinite: leave these examples out.", nameof(targets));
        return layer.Known is { } known ? wanted.Subtract(known) : wanted.clone();
    }
}
