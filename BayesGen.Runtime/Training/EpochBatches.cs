using BayesGen.Data;

namespace BayesGen.Training;

/// <summary>The batches of an epoch, from the place on where a training is.</summary>
internal static class EpochBatches
{
    /// <summary>The batches of the running epoch after those that are done.</summary>
    /// <param name="train">The training data.</param>
    /// <param name="options">How to train.</param>
    /// <param name="state">Where the training is.</param>
    /// <exception cref="ArgumentException">The data has less batches than are done.</exception>
    public static IEnumerator<(Tensor Inputs, Tensor Targets)> AfterThoseThatAreDone(
        BatchSource train, TrainerOptions options, TrainerState state)
    {
        var (cursor, seed, epoch) = (state.Cursor, options.Seed, state.EpochsDone);
        var rest = cursor.Step == 0 ? null : train.BatchesFrom(options.BatchSize, options.Shuffle, seed, epoch, cursor.Step);
        var batches = (rest ?? train.Batches(options.BatchSize, options.Shuffle, seed, epoch)).GetEnumerator();
        try
        {
            for (var step = 0; rest is null && step < cursor.Step; step++)
            {
                if (!batches.MoveNext())
                    throw new ArgumentException(
                        $"The checkpoint was written after {cursor.Step} batches of an epoch, and the training data has {step}: it is other data.");
                BatchForward.LetGo(train, batches.Current);
            }
        }
        catch
        {
            batches.Dispose();
            throw;
        }

        cursor.TakeRandom();
        return batches;
    }
}
