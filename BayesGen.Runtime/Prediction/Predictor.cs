using BayesGen.Execution;
using BayesGen.Likelihoods;
using BayesGen.Native;

namespace BayesGen.Prediction;

/// <summary>
/// Networks drawn from a posterior once and kept: predictions with uncertainty for a service. Every method may be called from any number
/// of threads at once, and leaves no tensor behind.
/// </summary>
/// <remarks>
/// Each draw is a plain network with weights of its own, in evaluation mode. A call takes one network after the other, each under its lock,
/// so that networks which remember something between two lines of their forward are safe as well, and calls follow each other through the
/// draws instead of waiting for the whole. The order of the sums is that of the draws whatever other calls do, so an answer depends on
/// nothing but the question.
/// </remarks>
public sealed class Predictor : IDisposable
{
    private const int UsualBatchSize = 256;

    private readonly GuardedNetwork[] _draws;
    private readonly Device _device;
    private readonly bool _managesMemory;

    /// <summary>What the network was trained for, where that is known.</summary>
    private readonly string? _likelihood;

    internal Predictor(
        IReadOnlyList<(nn.Module Network, Func<Tensor, Tensor> Forward)> draws, bool? channelsLast, bool managesMemory, string? likelihood)
    {
        _likelihood = likelihood;
        _managesMemory = managesMemory;
        _draws = [.. draws.Select(draw => new GuardedNetwork(draw.Network, draw.Forward, channelsLast))];
        _device = draws[0].Network.parameters().Concat(draws[0].Network.buffers()).FirstOrDefault()?.device ?? CPU;
    }

    /// <summary>The number of samples.</summary>
    public int Samples => _draws.Length;

    /// <summary>
    /// Predicts classes by what the network was trained for, see <c>TrainerOptions.Likelihood</c>; from logits [N, C] where nobody has said
    /// it.
    /// </summary>
    /// <param name="x">The inputs, on any device; the first dimension is the example. Only read.</param>
    /// <param name="batchSize">The number of examples that go through a network at once; at least 1.</param>
    /// <param name="keepOutputs">Whether the logits of every draw are kept.</param>
    /// <param name="cancellation">Ends the call between two samples.</param>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    /// <exception cref="ArgumentException">The network cannot take inputs of this shape, or they hold NaN; examples are named.</exception>
    /// <exception cref="InvalidOperationException">The network gives no logits, or NaN.</exception>
    public ClassPrediction Predict(
        Tensor x, int batchSize = UsualBatchSize, bool keepOutputs = false, CancellationToken cancellation = default)
    {
        var sums = new ClassSums(LikelihoodChoice.OfClasses(_likelihood), keepOutputs);
        Run(x, batchSize, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Predicts classes by a likelihood that is said here.</summary>
    /// <param name="x">The inputs, on any device; the first dimension is the example. Only read.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="batchSize">The number of examples that go through a network at once; at least 1.</param>
    /// <param name="keepOutputs">Whether the logits of every draw are kept.</param>
    /// <param name="cancellation">Ends the call between two samples.</param>
    public ClassPrediction Predict(
        Tensor x, ClassLikelihood likelihood, int batchSize = UsualBatchSize, bool keepOutputs = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        var sums = new ClassSums(likelihood, keepOutputs);
        Run(x, batchSize, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Predicts numbers or counts by what the network was trained for, see <c>TrainerOptions.Likelihood</c>.</summary>
    /// <param name="x">The inputs, on any device; the first dimension is the example. Only read.</param>
    /// <param name="batchSize">The number of examples that go through a network at once; at least 1.</param>
    /// <param name="cancellation">Ends the call between two samples.</param>
    /// <exception cref="InvalidOperationException">
    /// Nobody has said what the targets are, or they are classes; or the network gives outputs of another shape, or NaN.
    /// </exception>
    public RegressionPrediction PredictRegression(
        Tensor x, int batchSize = UsualBatchSize, CancellationToken cancellation = default) =>
        Predict(x, LikelihoodChoice.OfNumbers(_likelihood), batchSize, cancellation);

    /// <summary>Predicts numbers or counts by a likelihood that is said here.</summary>
    /// <param name="x">The inputs, on any device; the first dimension is the example. Only read.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="batchSize">The number of examples that go through a network at once; at least 1.</param>
    /// <param name="cancellation">Ends the call between two samples.</param>
    public RegressionPrediction Predict(
        Tensor x, RegressionLikelihood likelihood, int batchSize = UsualBatchSize, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        var sums = new RegressionSums(likelihood);
        Run(x, batchSize, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Predicts numbers: for each output a mixture of Gaussians.</summary>
    /// <param name="x">The inputs, on any device; the first dimension is the example. Only read.</param>
    /// <param name="noise">What the network's outputs mean, and the noise around them.</param>
    /// <param name="batchSize">The number of examples that go through a network at once; at least 1.</param>
    /// <param name="cancellation">Ends the call between two samples.</param>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    /// <exception cref="ArgumentException">The network cannot take inputs of this shape, or they hold NaN; examples are named.</exception>
    /// <exception cref="InvalidOperationException">The network gives outputs of another shape, or NaN.</exception>
    public RegressionPrediction Predict(
        Tensor x, GaussianNoise noise, int batchSize = UsualBatchSize, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(noise);
        return Predict(x, noise.Likelihood, batchSize, cancellation);
    }

    /// <summary>Releases the networks. A call that is under way ends with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        foreach (var draw in _draws)
            draw.Dispose();
    }

    private void Run(Tensor inputs, int batchSize, IPredictiveSums sums, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var memory = MallocTuning.During(_managesMemory);
        // Both belong to the thread that calls: nothing here is seen by another one.
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var batch in PosteriorDraws.Batches(inputs, batchSize))
        {
            using var step = NewDisposeScope();
            var x = _draws[0].Laid(batch.to(_device));
            foreach (var draw in _draws)
            {
                cancellation.ThrowIfCancellationRequested();
                using var one = NewDisposeScope();
                sums.Add(draw.Output(x));
            }

            sums.EndBatch(x);
        }
    }

    private sealed class GuardedNetwork(nn.Module network, Func<Tensor, Tensor> forward, bool? channelsLast) : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly ImageLayout _layout = new(network, () => new EvaluationMode(network), forward, channelsLast);
        private readonly LstmInference _lstm = new(network);
        private bool _isDisposed;

        /// <summary>The inputs as the network likes them; a trial finds it out where nobody has said it.</summary>
        public Tensor Laid(Tensor x)
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, typeof(Predictor));
                return _layout.Of(x);
            }
        }

        public Tensor Output(Tensor x)
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, typeof(Predictor));
                return PosteriorDraws.Output(forward, x);
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                if (_isDisposed)
                    return;
                _isDisposed = true;
                _lstm.Dispose();
                network.Dispose();
            }
        }
    }
}
