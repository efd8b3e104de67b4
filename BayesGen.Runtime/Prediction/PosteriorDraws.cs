using System.Runtime.InteropServices;
using BayesGen.Data;
using BayesGen.Execution;
using BayesGen.Native;
using BayesGen.Noise;
using BayesGen.Parameters;
using BayesGen.Pruning;

namespace BayesGen.Prediction;

/// <summary>Runs a network under draws of its posterior: every batch through all draws, each written into the borrowed weights.</summary>
/// <remarks>
/// A draw is a function of its seed, so it is made again for the next batch instead of being kept: the memory of a prediction does not
/// grow with the number of samples. Layers of <see cref="Estimator.Local"/> are drawn by their weights like all others. Noise at the
/// outputs would be another one for each example, and no function drawn from the posterior.
/// </remarks>
/// <param name="model">The Bayesian neural network; it is left bit for bit as it was.</param>
/// <param name="forward">Runs the wrapper on a batch.</param>
/// <param name="samples">The number of samples.</param>
/// <param name="options">How to predict.</param>
internal sealed class PosteriorDraws(IBayesianNetwork model, Func<Tensor, Tensor> forward, int samples, PredictionOptions options)
    : IPredictiveDraws
{
    /// <summary>Without a Bayesian weight one sample is like the other.</summary>
    private readonly int _samples = model.Arena.BayesianCount > 0 ? samples : Math.Min(samples, 1);
    private readonly ImageLayout _layout = new(model.Arena.Network, model.InEvaluationMode, forward, options.ChannelsLast);

    /// <summary>The draws of a call; null options are the defaults.</summary>
    public static PosteriorDraws Of(IBayesianNetwork model, Func<Tensor, Tensor> forward, int samples, PredictionOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(forward);
        return new PosteriorDraws(model, forward, samples, options ?? new PredictionOptions());
    }

    /// <inheritdoc/>
    public void Run(Tensor inputs, IPredictiveSums sums, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Override((weights, keep) =>
        {
            foreach (var batch in Batches(inputs, options.BatchSize))
            {
                using (batch)
                    Sum(batch, sums, weights, keep, cancellation);
            }
        });
    }

    /// <inheritdoc/>
    public void Run(BatchSource data, IPredictiveSums sums, Action<Tensor> targets, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        Override((weights, keep) =>
        {
            foreach (var (inputs, answers) in data.InOrder(options.BatchSize))
            {
                try
                {
                    Sum(inputs, sums, weights, keep, cancellation);
                    targets(answers);
                }
                finally
                {
                    if (data.HandsOverBatches)
                    {
                        inputs.Dispose();
                        answers.Dispose();
                    }
                }
            }
        });
        if (sums.Examples == 0)
            throw new ArgumentException("The data is empty: there is nothing to predict.", nameof(data));
    }

    /// <summary>Cuts the rows of a tensor into batches.</summary>
    public static IEnumerable<Tensor> Batches(Tensor inputs, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (inputs.dim() == 0 || inputs.shape[0] == 0)
            throw new ArgumentException(
                $"There is nothing to predict in a tensor of shape [{string.Join(", ", inputs.shape)}]: "
                + "its first dimension is the example. For a single example use x.unsqueeze(0).", nameof(inputs));
        for (long first = 0; first < inputs.shape[0]; first += batchSize)
            yield return inputs.narrow(0, first, Math.Min(batchSize, inputs.shape[0] - first));
    }

    /// <summary>One forward, with an error that names the shape in the place of one that names an operator.</summary>
    public static Tensor Output(Func<Tensor, Tensor> forward, Tensor inputs)
    {
        Tensor output;
        try
        {
            output = forward(inputs);
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException)
        {
            throw new ArgumentException(
                $"The network cannot take a batch of shape [{string.Join(", ", inputs.shape)}] and dtype {inputs.dtype}: "
                + exception.Message.Split('\n')[0],
                nameof(inputs),
                exception);
        }

        return output.dim() > 0 && output.shape[0] == inputs.shape[0]
            ? output
            : throw new InvalidOperationException(
                $"The network gave an output of shape [{string.Join(", ", output.shape)}] for {inputs.shape[0]} examples; its first "
                + "dimension is the example.");
    }

    private void Override(Action<WeightOverride, IReadOnlyList<Tensor>?> use)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(_samples, 1, nameof(samples));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(options.BatchSize));
        using var memory = MallocTuning.During(options.ManageMemory);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var turn = model.Arena.TakeTurn();
        var keep = options.Thresholds is null ? null : Pruner.KeepMasks(model.Arena, options.Thresholds);
        using var weights = model.Arena.Lease.Override("predict");
        using var mode = model.InEvaluationMode();
        use(weights, keep);
    }

    private void Sum(
        Tensor inputs, IPredictiveSums sums, WeightOverride weights, IReadOnlyList<Tensor>? keep, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var x = _layout.Of(inputs.to(model.Arena.Device));
        for (var k = 0; k < _samples; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            weights.WriteDraw(new NoiseSource(DrawSeed.Of(options.Seed, k)), keep);
            using var step = NewDisposeScope();
            sums.Add(Output(forward, x));
        }

        sums.EndBatch(x);
    }
}
