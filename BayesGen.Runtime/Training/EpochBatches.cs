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
        return LeavesOutLast(train, options) ? WholeOnes(batches, options.BatchSize) : batches;
    }

    /// <summary>The number of batches of an epoch, where the data tells.</summary>
    public static int? Count(BatchSource train, TrainerOptions options) => (int?)train.BatchCount(options.BatchSize) is { } batches
        ? LeavesOutLast(train, options) ? batches - 1 : batches
        : null;

    /// <summary>Whether the last batch of an epoch is a smaller one, which the options leave out.</summary>
    private static bool LeavesOutLast(BatchSource train, TrainerOptions options) => options.DropLast && train.MakesBatches
        && train.ExampleCount is { } examples && examples > options.BatchSize && examples % options.BatchSize != 0;

    private static IEnumerator<(Tensor Inputs, Tensor Targets)> WholeOnes(
        IEnumerator<(Tensor Inputs, Tensor Targets)> batches, int size)
    {
        using (batches)
        {
            while (batches.MoveNext())
            {
                if (batches.Current.Targets.size(0) == size)
                {
                    yield return batches.Current;
                    continue;
                }

                batches.Current.Inputs.Dispose();
                batches.Current.Targets.Dispose();
            }
        }
    }
}
