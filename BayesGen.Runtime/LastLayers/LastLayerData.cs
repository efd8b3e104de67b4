using BayesGen.Data;
using BayesGen.Laplace;
using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Prediction;
using BayesGen.Training;

namespace BayesGen.LastLayers;

/// <summary>What goes into the last layer for every example, computed once, and the targets.</summary>
/// <param name="layer">The layer.</param>
/// <param name="features">[N, in] as the layer gets them.</param>
/// <param name="targets">Class numbers [N], or numbers [N, D] float64.</param>
/// <param name="means">The weights that were trained, [out, in], float64, with the bias as the last column.</param>
/// <param name="fitted">All weights that were trained.</param>
internal sealed class LastLayerData(LaplaceLayer layer, Tensor features, Tensor targets, Tensor means, FittedWeights fitted)
    : IDisposable
{
    /// <summary>What is in memory of an intermediate result is a block of rows.</summary>
    private const int BlockRows = 4096;

    public long Examples => features.shape[0];

    /// <summary>The weights that were trained, [out, in].</summary>
    public Tensor Means => means;

    /// <summary>All weights that were trained.</summary>
    public FittedWeights Fitted => fitted;

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
        IBayesianNetwork model, Func<Tensor, Tensor> forward, LaplaceLayer layer, BatchSource data, Likelihood likelihood, int batchSize,
        CancellationToken cancellation)
    {
        var arena = model.Arena;
        using var turn = arena.TakeTurn();
        using var weights = arena.Lease.Override("fit a variational last layer");
        using var mode = model.InEvaluationMode();
        weights.Write(WeightState.Mean);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var fitted = FittedWeights.Of(arena);
        var signals = new LayerSignals([layer]);
        var isEmpty = true;
        var features = new List<Tensor>();
        var targets = new List<Tensor>();
        foreach (var (inputs, wanted) in data.InOrder(batchSize))
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                using var batch = NewDisposeScope();
                signals.Run(input => PosteriorDraws.Output(forward, input), inputs.to(arena.Device));
                RequireLast(signals, layer);
                isEmpty = false;
                var (own, isKnown) = likelihood is CategoricalLikelihood classes
                    ? Classes(classes, signals.Outputs, wanted)
                    : Numbers((GaussianLikelihood)likelihood, signals.Outputs, wanted, layer);
                features.Add(Known(signals.Plain(0)).MoveToOuterDisposeScope());
                targets.Add(Known(own).MoveToOuterDisposeScope());

                Tensor Known(Tensor rows) => isKnown is null ? rows.clone() : rows[isKnown];
            }
            finally
            {
                BatchForward.LetGo(data, (inputs, wanted));
            }
        }

        if (isEmpty)
            throw new ArgumentException("The data is empty: there is nothing to fit.", nameof(data));
        if (features.TrueForAll(rows => rows.shape[0] == 0))
            throw new ArgumentException("No example has a target that counts: there is nothing to fit.", nameof(data));
        return new LastLayerData(
            layer, cat(features, 0).DetachFromDisposeScope(), cat(targets, 0).DetachFromDisposeScope(),
            layer.Weights().DetachFromDisposeScope(), fitted);
    }

    /// <summary>Checks that the network puts out what the layer does.</summary>
    public static void RequireLast(LayerSignals signals, LaplaceLayer layer)
    {
        if (!signals.AreOutputsOfLayer)
            throw new NotSupportedException(
                $"The outputs of the network are not those of its layer '{layer.Key}': something follows the layer, or another is the "
                + "last. Give LastLayerModel the name of the last one, or fit a Laplace approximation, which takes any layer.");
    }

    /// <summary>Labels, and which of them are known; null where all are.</summary>
    private static (Tensor Labels, Tensor? IsKnown) Classes(CategoricalLikelihood classes, Tensor outputs, Tensor targets)
    {
        if (outputs.shape[1] < 2)
            throw new InvalidOperationException(
                $"The network gave an output of shape [{string.Join(", ", outputs.shape)}]; classes need logits [N, C]. "
                + "For numbers say so: train with TrainerOptions.Likelihood, or set VariationalLastLayerOptions.Noise. One logit of yes or "
                + "no takes FitLaplace, after model.UseLikelihood(Likelihood.Bernoulli()).");
        var labels = TargetWeights.Labels(classes, targets, outputs);
        var isKnown = labels.ge(Operand(0L));
        return (labels, isKnown.all().item<bool>() ? null : isKnown);
    }

    /// <summary>
    /// Targets less what is known of the outputs, a bias without a posterior; and which examples have some, null where all have.
    /// </summary>
    private static (Tensor Targets, Tensor? IsKnown) Numbers(
        GaussianLikelihood numbers, Tensor outputs, Tensor targets, LaplaceLayer layer)
    {
        var wanted = targets.to(ScalarType.Float64).to(outputs.device);
        if (wanted.dim() == 1)
            wanted = wanted.unsqueeze(1);
        if (!wanted.shape.AsSpan().SequenceEqual(outputs.shape))
            throw new ArgumentException(
                $"Targets of shape [{string.Join(", ", targets.shape)}] do not fit outputs [{string.Join(", ", outputs.shape)}]: one for "
                + "each output.", nameof(targets));
        var isKnown = numbers.IgnoresNaN
            ? wanted.isnan().all(1).logical_not()
            : ones_like(wanted.select(1, 0), dtype: ScalarType.Bool, device: wanted.device);
        if (!wanted[isKnown].isfinite().all().item<bool>())
            throw new ArgumentException(
                numbers.IgnoresNaN
                    ? "An example has targets that are infinite, or NaN for some of its outputs and not for all, and this posterior has "
                        + "one set of examples for all outputs: leave these examples out, or use FitLaplace."
                    : "Targets are NaN or infinite: leave these examples out. Where NaN means that there is no target, say so: "
                        + "model.UseLikelihood(likelihood.IgnoringNaN()).", nameof(targets));
        var offsets = layer.Known is { } known ? wanted.Subtract(known) : wanted;
        return (offsets, isKnown.all().item<bool>() ? null : isKnown);
    }
}
