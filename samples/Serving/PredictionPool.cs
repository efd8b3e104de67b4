using System.Threading.RateLimiting;
using BayesGen.Prediction;
using TorchSharp;
using static TorchSharp.torch;

namespace ServingSample;

/// <summary>How a pool shares the processors.</summary>
public sealed record PoolOptions
{
    /// <summary>
    /// Torch's threads for each prediction, for the whole process. The default of Torch, all processors, is for one caller: each thread
    /// that calls has a team of its own, and the teams of several callers wait for each other.
    /// </summary>
    public int TorchThreads { get; init; } = 1;

    /// <summary>How many predictions run at once; the others wait, in the order in which they came.</summary>
    public int AtOnce { get; init; } = Environment.ProcessorCount;

    /// <summary>How many may wait. One more is refused at once: an answer that comes too late is work for nobody.</summary>
    public int MostWaiting { get; init; } = 200;
}

/// <summary>There are more requests than the pool can answer in time.</summary>
public sealed class PoolIsFullException() : Exception("As many predictions wait as may wait.");

/// <summary>A predictor that many requests share. It owns the predictor.</summary>
public sealed class PredictionPool : IDisposable
{
    private readonly Predictor _predictor;
    private readonly ConcurrencyLimiter _turns;
    private readonly PredictionThreads _threads;

    /// <param name="predictor">Answers; the pool disposes it.</param>
    /// <param name="options">How the processors are shared.</param>
    public PredictionPool(Predictor predictor, PoolOptions options)
    {
        set_num_threads(options.TorchThreads);
        _predictor = predictor;
        _threads = new PredictionThreads(options.AtOnce);
        _turns = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.AtOnce, QueueLimit = options.MostWaiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    /// <summary>How many requests wait for their turn.</summary>
    public long Waiting => _turns.GetStatistics()?.CurrentQueuedCount ?? 0;

    /// <summary>Waits for a turn, and predicts.</summary>
    /// <param name="images">Rows of <see cref="DigitNetwork.Pixels"/> numbers.</param>
    /// <param name="cancellation">Ends the wait, or the prediction between two networks.</param>
    /// <exception cref="PoolIsFullException">Too many wait already.</exception>
    public async Task<ClassPrediction> PredictAsync(IReadOnlyList<float[]> images, CancellationToken cancellation)
    {
        using var turn = await TakeTurnAsync(cancellation);
        return await _threads.Run(() =>
        {
            using var x = tensor([.. images.SelectMany(image => image)], [images.Count, 1, DigitNetwork.Side, DigitNetwork.Side]);
            return _predictor.Predict(x, cancellation: cancellation);
        });
    }

    /// <summary>Takes one of the turns until the result is disposed.</summary>
    public async Task<IDisposable> TakeTurnAsync(CancellationToken cancellation)
    {
        var turn = await _turns.AcquireAsync(1, cancellation);
        if (turn.IsAcquired)
            return turn;
        turn.Dispose();
        throw new PoolIsFullException();
    }

    public void Dispose()
    {
        _turns.Dispose();
        _threads.Dispose();
        _predictor.Dispose();
    }
}
